// Memory that starts on a cache line, for weights, states and scratch.
#pragma once

#include <cstddef>
#include <utility>

#include "core/memory.h"

namespace mamba {

class Buffer {
 public:
  static constexpr std::size_t kAlignment = 64;

  Buffer() = default;
  // Uninitialised memory; throws std::bad_alloc. The second one must live as
  // long as the buffer.
  explicit Buffer(std::size_t bytes);
  Buffer(std::size_t bytes, Memory& memory);
  ~Buffer();
  Buffer(Buffer&& other) noexcept { swap(other); }
  Buffer& operator=(Buffer&& other) noexcept {
    swap(other);
    return *this;
  }
  Buffer(const Buffer&) = delete;
  Buffer& operator=(const Buffer&) = delete;

  void* data() { return data_; }
  const void* data() const { return data_; }
  float* floats() { return static_cast<float*>(data_); }
  const float* floats() const { return static_cast<const float*>(data_); }
  std::size_t size() const { return size_; }

 private:
  void swap(Buffer& other) {
    std::swap(memory_, other.memory_);
    std::swap(data_, other.data_);
    std::swap(size_, other.size_);
  }

  Memory* memory_ = nullptr;
  void* data_ = nullptr;
  std::size_t size_ = 0;
};

}  // namespace mamba
