#include <metal_stdlib>
using namespace metal;

kernel void k(device float* x [[buffer(0)]]) {
  float a;
  memcpy(&a, x, 4);
  x[1] = a;
}
