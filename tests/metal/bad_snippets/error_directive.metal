#include <metal_stdlib>
using namespace metal;

#error "not for this device"

kernel void k(device float* x [[buffer(0)]]) { x[0] = 1; }
