#include <metal_stdlib>
using namespace metal;

constant float table[2] = {1, 2};

kernel void k(device float* x [[buffer(0)]]) {
  thread const float* p = table;
  x[0] = p[1];
}
