#include <metal_stdlib>
using namespace metal;

kernel void k(device float* x [[buffer(0)]]) {
  thread float* p = new float[2];
  x[0] = p[0];
}
