#include <metal_stdlib>
using namespace metal;

struct Pair {
  float a;
  float b;
  float sum() const { return a + b; }
};

kernel void k(device float* x [[buffer(0)]]) {
  threadgroup Pair pairs[2];
  x[0] = pairs[1].sum();
}
