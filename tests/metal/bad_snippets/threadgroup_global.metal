#include <metal_stdlib>
using namespace metal;

threadgroup float s[2];

kernel void k(device float* x [[buffer(0)]]) {
  s[0] = 1;
  x[0] = s[0];
}
