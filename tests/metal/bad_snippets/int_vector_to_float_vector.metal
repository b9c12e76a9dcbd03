#include <metal_stdlib>
using namespace metal;

kernel void k(device float4* x [[buffer(0)]]) {
  int4 n = int4(1);
  x[0] = n;
}
