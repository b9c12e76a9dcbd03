#include <metal_stdlib>
using namespace metal;

template <typename T>
kernel void k(device T* x [[buffer(0)]]) {
  x[0] = 1;
}
template [[host_name("k")]] kernel void k<float>(device float*);
template [[host_name("k")]] kernel void k<half>(device half*);
