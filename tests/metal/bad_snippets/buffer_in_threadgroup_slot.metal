#include <metal_stdlib>
using namespace metal;

kernel void k(device float* x [[threadgroup(0)]]) { x[0] = 0; }
