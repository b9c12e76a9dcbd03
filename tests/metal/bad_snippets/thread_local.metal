#include <metal_stdlib>
using namespace metal;

kernel void k(device float* x [[buffer(0)]]) {
  thread_local float v = 1;
  x[0] = v;
}
