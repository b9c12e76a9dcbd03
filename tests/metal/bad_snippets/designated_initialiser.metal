#include <metal_stdlib>
using namespace metal;

struct Two {
  float a;
  float b;
};

kernel void k(device float* x [[buffer(0)]]) {
  Two t = {.a = 1, .b = 2};
  x[0] = t.a + t.b;
}
