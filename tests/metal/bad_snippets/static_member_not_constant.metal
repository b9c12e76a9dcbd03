#include <metal_stdlib>
using namespace metal;

struct Size {
  static constexpr int n = 4;
};

kernel void k(device float* x [[buffer(0)]]) { x[0] = Size::n; }
