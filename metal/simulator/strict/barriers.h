// Barriers (section 6.9.1).
#pragma once

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
void threadgroup_barrier(mem_flags);
void simdgroup_barrier(mem_flags);
}  // namespace metal
