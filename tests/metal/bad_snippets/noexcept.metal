#include <metal_stdlib>
using namespace metal;

float f(float v) noexcept { return v; }

kernel void k(device float* x [[buffer(0)]]) { x[0] = f(x[0]); }
