#include <metal_stdlib>
using namespace metal;

template <typename T>
[[host_name("k")]] kernel void k(device T* x [[buffer(0)]]) {
  x[0] = 1;
}
