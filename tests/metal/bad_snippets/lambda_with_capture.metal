#include <metal_stdlib>
using namespace metal;

kernel void k(device float* x [[buffer(0)]]) {
  float b = 2;
  auto f = [&](float a) { return a + b; };
  x[0] = f(x[0]);
}
