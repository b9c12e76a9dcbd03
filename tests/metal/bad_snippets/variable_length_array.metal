#include <metal_stdlib>
using namespace metal;

kernel void k(device float* x [[buffer(0)]], constant uint& n [[buffer(1)]]) {
  float a[n];
  a[0] = 1;
  x[0] = a[0];
}
