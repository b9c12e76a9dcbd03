// A lambda on all threads of the pool.
#pragma once

#include "backend/cpu/simd/simd.h"
#include "backend/cpu/workspace.h"

namespace mamba::MAMBA_CPU_ISA {

// Calls body(range) on every thread with its part of [0, items); only the last
// part may end at other than a multiple of `grain`. What a body computes for
// an item must not depend on where the range begins and ends.
template <typename Body>
inline void parallel(CpuContext& context, int64_t items, int64_t grain,
                     const Body& body) {
  struct Job {
    const Body* body;
    int64_t items, grain;
  } job{&body, items, grain};
  context.pool.run(
      [](void* data, uint32_t index, uint32_t count) {
        const Job& own = *static_cast<const Job*>(data);
        const Range range = split_range(own.items, own.grain, index, count);
        if (range.begin < range.end) (*own.body)(range, index);
      },
      &job);
}

}  // namespace mamba::MAMBA_CPU_ISA
