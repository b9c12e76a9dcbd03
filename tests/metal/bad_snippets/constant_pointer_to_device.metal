#include <metal_stdlib>
using namespace metal;

kernel void k(device float* x [[buffer(0)]]) {
  constant float* p = x;
  x[1] = p[0];
}
