// A lambda on all threads of the pool.
#pragma once

#include "backend/cpu/simd/simd.h"
#include "backend/cpu/workspace.h"

namespace mamba::MAMBA_CPU_ISA {

// Calls body(range, thread) on all threads for parts of [0, items), see
// WorkShares. What a body computes for an item must not depend on where its
// range begins and ends.
template <typename Body>
inline void parallel(CpuContext& context, int64_t items, int64_t grain,
                     const Body& body) {
  if (context.pool.size() == 1) {
    if (items > 0) body(Range{0, items}, 0);
    return;
  }
  struct Job {
    const Body* body;
    WorkShares* shares;
  } job{&body, &context.shares};
  context.shares.start(items, grain);
  context.pool.run(
      [](void* data, uint32_t index, uint32_t) {
        const Job& own = *static_cast<const Job*>(data);
        for (;;) {
          const Range range = own.shares->take(index);
          if (range.begin >= range.end) return;
          (*own.body)(range, index);
        }
      },
      &job);
}

}  // namespace mamba::MAMBA_CPU_ISA
