#include <metal_stdlib>
using namespace metal;

kernel void k(device float* x [[buffer(0)]]) {
  threadgroup float s[2] = {1, 2};
  x[0] = s[0];
}
