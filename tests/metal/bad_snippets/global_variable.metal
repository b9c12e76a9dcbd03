#include <metal_stdlib>
using namespace metal;

float g = 1;

kernel void k(device float* x [[buffer(0)]]) { x[0] = g; }
