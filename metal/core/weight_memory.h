// Memory of a model's matrices, one after the other.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include <cstdint>
#include "core/buffer.h"

namespace mamba {

// Ordinary memory: reserves addresses once and hands them out; a page takes
// memory when it is first written. One block instead of many lets the system
// back nearly all of it with large pages: a token streams through all weights,
// and with ordinary pages a third of the memory's bandwidth is lost to
// look-ups. Other memory is asked for each matrix on its own.
class WeightMemory {
 public:
  explicit WeightMemory(std::shared_ptr<Memory> memory)
      : memory_(std::move(memory)) {}
  ~WeightMemory();
  WeightMemory(const WeightMemory&) = delete;
  WeightMemory& operator=(const WeightMemory&) = delete;

  // For at most `capacity` bytes; throws std::bad_alloc. Once, before allocate.
  void reserve(std::size_t capacity);
  bool reserved() const { return reserved_; }
  // On a cache line, uninitialised; throws std::bad_alloc beyond the capacity.
  void* allocate(std::size_t bytes);

 private:
  const std::shared_ptr<Memory> memory_;
  std::vector<Buffer> matrices_;  // in memory that is not the host's
  bool reserved_ = false;
  void* base_ = nullptr;
  std::size_t mapped_ = 0;
  std::size_t capacity_ = 0;
  char* first_ = nullptr;
  std::size_t used_ = 0;
};

// Whether weights are read faster from memory of our own than from a mapped
// file of so many bytes: if the system gives large pages to the one and not to
// the other, and there is room for both the copy and everybody else.
bool copying_pays(uint64_t file_bytes);

}  // namespace mamba
