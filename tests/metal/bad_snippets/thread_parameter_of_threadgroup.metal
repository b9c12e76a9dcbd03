#include <metal_stdlib>
using namespace metal;

float first(thread const float* p) { return p[0]; }

kernel void k(device float* x [[buffer(0)]],
              threadgroup float* s [[threadgroup(0)]]) {
  x[0] = first(s);
}
