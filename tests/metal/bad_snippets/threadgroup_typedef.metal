#include <metal_stdlib>
using namespace metal;

typedef threadgroup float Shared;

kernel void k(device float* x [[buffer(0)]]) {
  Shared s;
  s = 1;
  x[0] = s;
}
