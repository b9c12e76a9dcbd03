#include <metal_stdlib>
using namespace metal;

struct A {
  float v;
};
struct B : A {};

kernel void k(device float* x [[buffer(0)]]) {
  B b;
  b.v = 1;
  x[0] = b.v;
}
