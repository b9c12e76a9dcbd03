#include <metal_stdlib>
using namespace metal;

[[max_total_threads_per_threadgroup(256)]] kernel void k(
    device float* x [[buffer(0)]], device atomic_uint* count [[buffer(1)]],
    uint i [[thread_position_in_grid]],
    ushort lane [[thread_index_in_simdgroup]],
    ushort group [[simdgroup_index_in_threadgroup]],
    uint groups [[simdgroups_per_threadgroup]]) {
  threadgroup float parts[32], rest[2];
  threadgroup atomic_int total;
  float v = simd_sum(x[i]) + simd_max(x[i]) - simd_min(x[i]);
  v += simd_shuffle_xor(v, 16) + simd_shuffle_down(v, ushort(1));
  v += simd_prefix_exclusive_sum(v) + simd_broadcast(v, 31);
  const float2 two = simd_sum(float2(v, 1));
  if (lane == 0) parts[group] = two.x;
  if (i == 0) atomic_store_explicit(&total, 0, memory_order_relaxed);
  threadgroup_barrier(mem_flags::mem_threadgroup);
  atomic_fetch_add_explicit(&total, int(lane), memory_order_relaxed);
  if (simd_any(v > 3)) {
    atomic_fetch_add_explicit(count, popcount(i), memory_order_relaxed);
  }
  rest[0] = simd_sum(lane < groups ? parts[lane] : 0.0f);
  x[i] = precise::exp(rest[0]) + fast::log(v) + as_type<float>(clz(i));
}
