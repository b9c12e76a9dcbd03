// Where weights, states and scratch lie: in ordinary memory, or in memory that
// a backend's ops reach without a copy.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>

#include "core/tensor.h"

namespace mamba {

class Memory {
 public:
  virtual ~Memory() = default;

  // Uninitialised, on a cache line; throws std::bad_alloc. The CPU and the ops
  // read and write it.
  virtual void* allocate(std::size_t bytes) = 0;
  virtual void free(void* data) = 0;

  // True of ordinary memory: then the ops read matrices anywhere.
  virtual bool is_host() const { return true; }
  // Lets the ops read whole pages of somebody else's memory, such as a mapped
  // file, until unshare(); false = they cannot, it must be copied.
  virtual bool share(const void* data, std::size_t bytes);
  virtual void unshare(const void* data);
  // What the first number of a matrix must be a multiple of, to be read where
  // it lies.
  virtual std::size_t matrix_alignment(Dtype dtype) const {
    return is_quantised(dtype) ? 64 : dtype_size(dtype);
  }
  // The most bytes of weights and states that can be worked with; 0 = as many
  // as there are.
  virtual uint64_t limit() const { return 0; }
};

// Ordinary memory; large blocks in large pages where the system has them.
const std::shared_ptr<Memory>& host_memory();

}  // namespace mamba
