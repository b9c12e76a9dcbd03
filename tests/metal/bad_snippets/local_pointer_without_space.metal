#include <metal_stdlib>
using namespace metal;

kernel void k(device float* x [[buffer(0)]]) {
  float v = 1;
  float* p = &v;
  x[0] = *p;
}
