#include <metal_stdlib>
using namespace metal;

constant int N [[function_constant(0)]];

kernel void k(device float* x [[buffer(0)]]) {
  float a[N];
  a[0] = 1;
  x[0] = a[0];
}
