#include <metal_stdlib>
using namespace metal;

using Shared = threadgroup float;

kernel void k(device float* x [[buffer(0)]]) {
  Shared s;
  s = 1;
  x[0] = s;
}
