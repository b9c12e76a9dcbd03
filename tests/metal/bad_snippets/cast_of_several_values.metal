#include <metal_stdlib>
using namespace metal;

kernel void k(device float4* x [[buffer(0)]]) { x[0] = (float4)(1, 2, 3, 4); }
