#include <metal_stdlib>
using namespace metal;

kernel void k(device float* x [[buffer(0)]], constant float* c [[buffer(1)]]) {
  device const float* p = c;
  x[0] = p[0];
}
