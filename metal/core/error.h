// Failures inside the library: thrown anywhere, caught at the API's border.
#pragma once

#include <cstdint>
#include <exception>
#include <string>

namespace mamba {

// The numbers of mamba_status in include/mamba.h.
enum class Status : int32_t {
  ok = 0,
  invalid_argument = 1,
  out_of_memory = 2,
  io = 3,
  unsupported = 4,
  numeric = 5,
  internal = 6
};

class Error : public std::exception {
 public:
  Error(Status status, std::string text)
      : status_(status), text_(std::move(text)) {}

  Status status() const { return status_; }
  const char* what() const noexcept override { return text_.c_str(); }

 private:
  Status status_;
  std::string text_;
};

// Throws an Error with a printf-formatted text: "Cannot …: what is wrong".
[[noreturn]] void fail(Status status, const char* format, ...)
    __attribute__((format(printf, 2, 3)));

}  // namespace mamba
