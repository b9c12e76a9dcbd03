#include <metal_stdlib>
using namespace metal;

#define SHARED(name) threadgroup float name[2]

float f() {
  SHARED(s);
  return s[0];
}

kernel void k(device float* x [[buffer(0)]]) { x[0] = f(); }
