#include <metal_stdlib>
using namespace metal;

#pragma pack(1)

kernel void k(device float* x [[buffer(0)]]) { x[0] = 1; }
