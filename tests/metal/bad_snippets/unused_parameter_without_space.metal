#include <metal_stdlib>
using namespace metal;

void set(float& v) { v = 1; }

kernel void k(device float* x [[buffer(0)]]) { x[0] = 1; }
