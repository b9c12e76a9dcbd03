#include <metal_stdlib>
using namespace metal;

kernel void k(device float4* x [[buffer(0)]]) {
  float4 v = x[0];
  v.xx = float2(1, 2);
  x[0] = v;
}
