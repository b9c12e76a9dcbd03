#include <metal_stdlib>
using namespace metal;

kernel void k(device float* x [[buffer(0)]]) {
  constant float c = 2;
  x[0] = c;
}
