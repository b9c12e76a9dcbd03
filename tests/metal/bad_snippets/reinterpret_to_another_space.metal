#include <metal_stdlib>
using namespace metal;

kernel void k(device float* x [[buffer(0)]]) {
  thread float* p = reinterpret_cast<thread float*>(x);
  x[0] = p[0];
}
