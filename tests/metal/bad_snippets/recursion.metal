#include <metal_stdlib>
using namespace metal;

float f(int n) { return n ? f(n - 1) : 1; }

kernel void k(device float* x [[buffer(0)]]) { x[0] = f(3); }
