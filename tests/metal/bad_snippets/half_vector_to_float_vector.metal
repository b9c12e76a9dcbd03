#include <metal_stdlib>
using namespace metal;

kernel void k(device float4* x [[buffer(0)]], device half4* h [[buffer(1)]]) {
  x[0] = h[0];
}
