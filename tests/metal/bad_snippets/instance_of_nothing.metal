#include <metal_stdlib>
using namespace metal;

template <typename T>
kernel void k(device T* x [[buffer(0)]]) {
  x[0] = 1;
}
template [[host_name("j_f32")]] kernel void j<float>(device float*);
