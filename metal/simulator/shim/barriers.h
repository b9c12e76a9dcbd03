// Barriers, and which memory they order.
#pragma once

#include "basics.h"

namespace metal {
enum class mem_flags {
  mem_none = 0,
  mem_device = 1,
  mem_threadgroup = 2,
  mem_texture = 4,
};
constexpr mem_flags operator|(mem_flags a, mem_flags b) {
  return static_cast<mem_flags>(static_cast<int>(a) | static_cast<int>(b));
}

MTL_INLINE void threadgroup_barrier(mem_flags flags) {
  mtl_barrier(B_THREADGROUP, static_cast<int>(flags));
}
MTL_INLINE void simdgroup_barrier(mem_flags flags) {
  mtl_barrier(B_SIMDGROUP, static_cast<int>(flags));
}
}  // namespace metal
