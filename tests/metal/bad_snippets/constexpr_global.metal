#include <metal_stdlib>
using namespace metal;

constexpr float g = 2;

kernel void k(device float* x [[buffer(0)]]) { x[0] = g; }
