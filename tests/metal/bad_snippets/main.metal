#include <metal_stdlib>
using namespace metal;

int main() { return 0; }

kernel void k(device float* x [[buffer(0)]]) { x[0] = 1; }
