#include <metal_stdlib>
using namespace metal;

kernel void k(device float2* x [[buffer(0)]]) { x[0] = float2(x[0], 2); }
