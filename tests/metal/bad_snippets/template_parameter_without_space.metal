#include <metal_stdlib>
using namespace metal;

template <typename T>
T first(const T* p) {
  return p[0];
}

kernel void k(device float* x [[buffer(0)]]) { x[0] = first(x); }
