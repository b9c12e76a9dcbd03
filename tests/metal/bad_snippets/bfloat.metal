#include <metal_stdlib>
using namespace metal;

kernel void k(device float* x [[buffer(0)]]) {
  bfloat b = bfloat(x[0]);
  x[0] = b;
}
