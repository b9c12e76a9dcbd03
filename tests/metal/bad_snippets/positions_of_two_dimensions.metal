#include <metal_stdlib>
using namespace metal;

kernel void k(device float* x [[buffer(0)]],
              uint2 i [[thread_position_in_grid]],
              uint t [[threadgroup_position_in_grid]]) {
  x[i.x] = t;
}
