#include <metal_stdlib>
using namespace metal;

float* at(device float* p) { return p + 1; }

kernel void k(device float* x [[buffer(0)]]) { x[0] = *at(x); }
