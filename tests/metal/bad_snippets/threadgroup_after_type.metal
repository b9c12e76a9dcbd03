#include <metal_stdlib>
using namespace metal;

kernel void k(device float* x [[buffer(0)]]) {
  float threadgroup s[2];
  s[0] = 1;
  x[0] = s[0];
}
