#include <metal_stdlib>
using namespace metal;

kernel void k(device float* x [[buffer(0)]]) {
  auto f = [](float a) { return a + 1; };
  x[0] = f(x[0]);
}
