// Memory that ops work in. It grows to the largest call and is then reused:
// a decode loop allocates nothing.
#pragma once

#include <cstddef>
#include <cstdint>

#include "backend/cpu/quant/quant_kernels.h"
#include "core/buffer.h"
#include "core/thread_pool.h"
#include "core/work_shares.h"

namespace mamba {

class Workspace {
 public:
  // Arrays that are alive at the same time have different slots.
  enum Slot {
    kNormed,
    kPacked,
    kDelta,
    kDecay,
    kProducts,
    kTiles,
    kQuantised,
    kSlots
  };

  // At least `count` floats, uninitialised, aligned to a cache line. Throws
  // std::bad_alloc.
  float* get(Slot slot, int64_t count);

 private:
  Buffer buffers_[kSlots];
};

// What every op of the backend is given.
struct CpuContext {
  explicit CpuContext(uint32_t threads)
      : threads(shared_pool(threads)),
        pool(*this->threads),
        shares(pool.size()) {}

  const std::shared_ptr<ThreadPool> threads;
  ThreadPool& pool;
  WorkShares shares;  // of one loop at a time
  Workspace workspace;
  const QuantKernels* quant = quant_kernels();
};

}  // namespace mamba
