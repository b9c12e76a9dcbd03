#include <metal_stdlib>
using namespace metal;

float g(int n);
float f(int n) { return n ? g(n - 1) : 1; }
float g(int n) { return n ? f(n - 1) : 2; }

kernel void k(device float* x [[buffer(0)]]) { x[0] = f(3); }
