#include <metal_stdlib>
using namespace metal;

float f() {
  threadgroup float s[2];
  return s[0];
}

kernel void k(device float* x [[buffer(0)]]) { x[0] = f(); }
