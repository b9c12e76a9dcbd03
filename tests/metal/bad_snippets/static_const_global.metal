#include <metal_stdlib>
using namespace metal;

static const float g[2] = {1, 2};

kernel void k(device float* x [[buffer(0)]]) { x[0] = g[1]; }
