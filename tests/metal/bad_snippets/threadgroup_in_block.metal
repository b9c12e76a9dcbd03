#include <metal_stdlib>
using namespace metal;

kernel void k(device float* x [[buffer(0)]],
              uint i [[thread_position_in_grid]]) {
  if (i > 3) {
    threadgroup float s[2];
    s[0] = 1;
    x[0] = s[0];
  }
}
