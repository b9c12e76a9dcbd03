#include <metal_stdlib>
using namespace metal;

struct Two {
  float a;
  float b;
};

kernel void k(device float* x [[buffer(0)]]) {
  Two t = {1, 2};
  auto [a, b] = t;
  x[0] = a + b;
}
