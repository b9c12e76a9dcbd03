#include <metal_stdlib>
using namespace metal;

// Rows of `out`: reductions, prefixes, shuffles of one value for each thread.
template <typename T>
kernel void simd(device const T* x [[buffer(0)]], device T* out [[buffer(1)]],
                 constant uint& count [[buffer(2)]],
                 uint i [[thread_position_in_grid]],
                 uint lane [[thread_index_in_simdgroup]]) {
  const T a = x[i];
  const T values[] = {simd_sum(a),
                      simd_product(a),
                      simd_min(a),
                      simd_max(a),
                      simd_prefix_inclusive_sum(a),
                      simd_prefix_exclusive_sum(a),
                      simd_prefix_inclusive_product(a),
                      simd_prefix_exclusive_product(a),
                      simd_broadcast(a, 5),
                      simd_broadcast_first(a),
                      simd_shuffle(a, ushort(7 - lane % 8)),
                      simd_shuffle_xor(a, 6),
                      simd_shuffle_up(a, 3),
                      simd_shuffle_down(a, lane < 5 ? 3 : 0)};
  for (uint f = 0; f < 14; ++f) out[f * count + i] = values[f];
}
#define SIMD(T)                                           \
  template [[host_name("simd_" #T)]] kernel void simd<T>( \
      device const T*, device T*, constant uint&, uint, uint);
SIMD(float)
SIMD(half)
SIMD(int)
SIMD(uint)
SIMD(ushort)

kernel void votes(device const uint* x [[buffer(0)]],
                  device uint* out [[buffer(1)]],
                  constant uint& count [[buffer(2)]],
                  uint i [[thread_position_in_grid]]) {
  const uint a = x[i];
  out[i] = simd_or(a);
  out[count + i] = simd_and(a);
  out[2 * count + i] = simd_xor(a);
  out[3 * count + i] = uint(ulong(simd_ballot(a % 3 == 0)));
  out[4 * count + i] = uint(simd_all(a > 0));
  out[5 * count + i] = uint(simd_any(a % 1024 == 1));
}

// Sums of vectors, and of lanes that have done different amounts of work.
kernel void uneven(device const float* x [[buffer(0)]],
                   device float4* out [[buffer(1)]],
                   device float2* turned [[buffer(2)]],
                   uint i [[thread_position_in_grid]],
                   uint lane [[thread_index_in_simdgroup]]) {
  float sum = 0.0f;
  for (uint k = 0; k < lane; ++k) sum += x[k];
  const float4 all = float4(sum, 1.0f, float(lane), x[i]);
  simdgroup_barrier(mem_flags::mem_none);
  out[i] = simd_sum(all);
  turned[i] = float2(simd_shuffle_rotate_up(x[i], 3),
                     simd_shuffle_rotate_down(x[i], 3));
}
