#include <metal_stdlib>
using namespace metal;

template <typename T>
float twice() {
  T v = 1;
  return v + v;
}

kernel void k(device float* x [[buffer(0)]]) {
  x[0] = twice<threadgroup float>();
}
