#include <metal_stdlib>
using namespace metal;

template <typename T>
T sum(threadgroup const T* values, uint count) {
  T total = 0;
  for (uint i = 0; i < count; ++i) total += values[i];
  return total;
}

// Shared memory goes through pointers of several forms.
template <typename T>
kernel void k(device float* x [[buffer(0)]],
              threadgroup T* dynamic [[threadgroup(0)]],
              uint i [[thread_index_in_threadgroup]],
              uint n [[threads_per_threadgroup]]) {
  threadgroup float rows[4][8];
  threadgroup uint next;
  threadgroup float4 four, quads[2];
  threadgroup float4(&fours)[2] = quads;
  if (i == 0) {
    next = n;
    four = float4(0);
    fours[0] = four;
  }
  threadgroup float* row = rows[i % 4];
  threadgroup float (&second)[8] = rows[1];
  threadgroup float4* wide = (threadgroup float4*)row;
  for (threadgroup float* p = row; p < row + 8; ++p) *p = 1;
  dynamic[i] = T(i);
  threadgroup_barrier(mem_flags::mem_threadgroup);
  x[i] = sum(dynamic, n) + second[0] + wide[0].x + four.y + fours[0].x +
         float(next);
}

template [[host_name("k_f32")]] kernel void k<float>(device float*,
                                                     threadgroup float*, uint,
                                                     uint);
template [[host_name("k_f16")]] kernel void k<half>(device float*,
                                                    threadgroup half*, uint,
                                                    uint);
