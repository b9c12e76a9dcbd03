#include <metal_stdlib>
using namespace metal;

struct Shared {
  threadgroup float v;
};

kernel void k(device float* x [[buffer(0)]]) {
  Shared s;
  x[0] = s.v;
}
