#include <metal_stdlib>
using namespace metal;

constant long N [[function_constant(0)]];

kernel void k(device float* x [[buffer(0)]]) { x[0] = N; }
