#include <metal_stdlib>
using namespace metal;

kernel void k(device float* x [[buffer(0)]],
              device const float* y [[buffer(1)]]) {
  y[0] = x[0];
}
