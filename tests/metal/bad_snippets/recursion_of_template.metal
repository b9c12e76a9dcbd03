#include <metal_stdlib>
using namespace metal;

template <typename T>
T f(int n) {
  return n ? f<T>(n - 1) : T(1);
}

kernel void k(device float* x [[buffer(0)]]) { x[0] = f<float>(3); }
