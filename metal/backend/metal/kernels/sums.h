// Sums over a threadgroup of 256.
#pragma once
#include <metal_stdlib>
using namespace metal;

// Every thread gets the sum of all threads' values; all must call it. parts
// (8) may be used again once all threads have returned and passed a barrier.
inline float threadgroup_sum(float value, uint lane, uint group,
                             threadgroup float* parts) {
  value = simd_sum(value);
  if (lane == 0) parts[group] = value;
  threadgroup_barrier(mem_flags::mem_threadgroup);
  float sum = parts[0];
  for (uint i = 1; i < 8; ++i) sum += parts[i];
  return sum;
}
