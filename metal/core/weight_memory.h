// Memory of a model's matrices, one after the other.
#pragma once

#include <cstddef>
#include <memory>
#include <vector>

#include "core/buffer.h"
#include "core/large_pages.h"

namespace mamba {

// Ordinary memory: reserves addresses once and hands them out. Other memory is
// asked for each matrix on its own.
class WeightMemory {
 public:
  explicit WeightMemory(std::shared_ptr<Memory> memory)
      : memory_(std::move(memory)) {}

  // For at most `capacity` bytes; throws std::bad_alloc. Once, before allocate.
  void reserve(std::size_t capacity);
  bool reserved() const { return reserved_; }
  // On a cache line, uninitialised; throws std::bad_alloc beyond the capacity.
  void* allocate(std::size_t bytes);

 private:
  const std::shared_ptr<Memory> memory_;
  std::vector<Buffer> matrices_;  // in memory that is not the host's
  bool reserved_ = false;
  LargeBlock block_;
  std::size_t used_ = 0;
};

}  // namespace mamba
