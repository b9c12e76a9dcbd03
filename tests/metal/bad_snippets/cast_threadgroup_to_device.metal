#include <metal_stdlib>
using namespace metal;

kernel void k(device float* x [[buffer(0)]],
              threadgroup float* s [[threadgroup(0)]]) {
  device float* p = (device float*)s;
  x[0] = p[0];
}
