#include <metal_stdlib>
using namespace metal;

kernel void scale(device float* x [[buffer(0)]],
                  constant float& factor [[buffer(1)]],
                  uint i [[thread_position_in_grid]]) {
  x[i] *= factor;
}

kernel void reverse(device const float* from [[buffer(0)]],
                    device float* to [[buffer(1)]],
                    threadgroup float* piece [[threadgroup(0)]],
                    uint i [[thread_position_in_threadgroup]],
                    uint count [[threads_per_threadgroup]]) {
  piece[i] = from[i];
  threadgroup_barrier(mem_flags::mem_threadgroup);
  to[i] = piece[count - 1 - i];
}

constant int kPower [[function_constant(0)]];

kernel void power(device float* x [[buffer(0)]],
                  uint i [[thread_position_in_grid]]) {
  float product = 1.0f;
  for (int n = 0; n < kPower; ++n) product *= x[i];
  x[i] = product;
}
