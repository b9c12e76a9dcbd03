#include <metal_stdlib>
using namespace metal;

float f(float v) { return v; }

kernel void k(device float* x [[buffer(0)]]) {
  float (*p)(float) = f;
  x[0] = p(1);
}
