// A loop over ranges on a thread pool, for work outside the ops.
#pragma once

#include "core/thread_pool.h"

namespace mamba {

// Calls body(begin, end) for parts of [0, items), each on one thread; parts
// begin at multiples of `grain`. The body must not throw.
template <typename Body>
void parallel_ranges(ThreadPool& pool, int64_t items, int64_t grain,
                     const Body& body) {
  struct Context {
    const Body& body;
    int64_t items, grain;
  } context{body, items, grain};
  const auto task = [](void* opaque, uint32_t index, uint32_t count) {
    const Context& c = *static_cast<const Context*>(opaque);
    const Range range = split_range(c.items, c.grain, index, count);
    if (range.begin < range.end) c.body(range.begin, range.end);
  };
  if (items <= grain) {
    if (items > 0) body(int64_t{0}, items);
    return;
  }
  pool.run(task, &context);
}

}  // namespace mamba
