#include <metal_stdlib>
using namespace metal;

kernel void flops_fma(device float* x [[buffer(0)]],
                      uint i [[thread_position_in_grid]]) {
  x[i] = fma(x[i], 2.0f, 1.0f);
}

// Every lane as often as it says; that is also in half, and of two numbers.
kernel void flops_loop(device half2* x [[buffer(0)]],
                       uint i [[thread_position_in_grid]]) {
  half2 value = x[i];
  for (uint n = 0; n < i; ++n) value = value / (value + 1.0h);
  x[i] = value;
}

kernel void flops_functions(device float* x [[buffer(0)]],
                            uint i [[thread_position_in_grid]]) {
  x[i] = max(sqrt(x[i]), -exp2(floor(x[i])));
}

kernel void flops_sum(device float* x [[buffer(0)]],
                      uint i [[thread_position_in_grid]]) {
  x[i] = simd_sum(x[i]);
}

kernel void flops_running_sum(device float* x [[buffer(0)]],
                              uint i [[thread_position_in_grid]]) {
  x[i] = simd_prefix_inclusive_sum(x[i]);
}

kernel void flops_moves(device float* x [[buffer(0)]],
                        uint i [[thread_position_in_grid]]) {
  simdgroup_float8x8 a = make_filled_simdgroup_matrix<float, 8, 8>(1.0f);
  simdgroup_store(a, x);
  simdgroup_load(a, x, 8, 0, true);
  a.thread_elements() = simd_shuffle_xor(-a.thread_elements(), ushort(1));
  simdgroup_store(a, x);
  if (x[i + 64] > 0.0f) x[i + 64] = float(half(x[i + 64]));
}
