// The border of the library: exceptions become statuses and text.
#pragma once

#include <cstdint>
#include <cstring>
#include <new>

#include "core/error.h"
#include "include/mamba.h"

namespace mamba {

// The caller's buffer for one line of text.
struct ErrorBuffer {
  char* text;
  uint64_t capacity;

  void write(const char* what) const noexcept {
    if (text == nullptr || capacity == 0) return;
    uint64_t length = std::strlen(what);
    if (length >= capacity) {
      length = capacity - 1;
      // Not through the middle of a character.
      while (length > 0 && (what[length] & 0xc0) == 0x80) --length;
    }
    std::memcpy(text, what, length);
    text[length] = 0;
  }
};

// Runs a call's body; what it throws becomes the status and the text.
template <typename Body>
mamba_status guard(ErrorBuffer error, const Body& body) noexcept {
  try {
    body();
    return MAMBA_OK;
  } catch (const Error& failure) {
    error.write(failure.what());
    return static_cast<mamba_status>(failure.status());
  } catch (const std::bad_alloc&) {
    error.write("Cannot continue: not enough memory");
    return MAMBA_OUT_OF_MEMORY;
  } catch (const std::exception& failure) {
    error.write(failure.what());
    return MAMBA_INTERNAL;
  } catch (...) {
    error.write("Cannot continue: an unknown error");
    return MAMBA_INTERNAL;
  }
}

// Throws if a pointer that a call needs is null.
inline void require(const void* pointer, const char* name) {
  if (pointer != nullptr) return;
  fail(Status::invalid_argument, "Cannot call with a null pointer: %s", name);
}

}  // namespace mamba
