#include <metal_stdlib>
using namespace metal;

struct View {
  float* data;
};

kernel void k(device float* x [[buffer(0)]]) { x[0] = 1; }
