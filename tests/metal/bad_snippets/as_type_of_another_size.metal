#include <metal_stdlib>
using namespace metal;

kernel void k(device half* x [[buffer(0)]]) { x[0] = as_type<half>(1u); }
