#include <metal_stdlib>
using namespace metal;

kernel void k(device half* x [[buffer(0)]]) { x[0] = max(x[0], 0.0f); }
