// Memory of a model's tensors, one after the other.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "core/buffer.h"
#include "core/large_pages.h"

namespace mamba {

// Ordinary memory: reserves addresses once and hands them out, so that it comes
// in few large pages. Other memory is asked for each tensor on its own.
class WeightMemory {
 public:
  explicit WeightMemory(std::shared_ptr<Memory> memory)
      : memory_(std::move(memory)) {}

  // For at most `capacity` bytes; throws std::bad_alloc. Once, before allocate.
  void reserve(std::size_t capacity);
  bool reserved() const { return reserved_; }
  // On a cache line, uninitialised; throws std::bad_alloc beyond the capacity.
  void* allocate(std::size_t bytes);
  float* allocate_floats(int64_t count) {
    return static_cast<float*>(
        allocate(static_cast<std::size_t>(count) * sizeof(float)));
  }

 private:
  const std::shared_ptr<Memory> memory_;
  std::vector<Buffer> tensors_;  // in memory that is not the host's
  bool reserved_ = false;
  LargeBlock block_;
  std::size_t used_ = 0;
};

}  // namespace mamba
