#include <metal_stdlib>
using namespace metal;

float first(float* p) { return p[0]; }

kernel void k(device float* x [[buffer(0)]]) { x[0] = first(x); }
