#include <metal_stdlib>
using namespace metal;

kernel void k(device float* x [[buffer(0)]]) {
  long long a = 1;
  x[0] = a;
}
