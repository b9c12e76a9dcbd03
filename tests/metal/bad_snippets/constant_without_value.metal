#include <metal_stdlib>
using namespace metal;

constant float g;

kernel void k(device float* x [[buffer(0)]]) { x[0] = g; }
