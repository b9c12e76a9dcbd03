#include <metal_stdlib>
using namespace metal;

struct A {
  virtual float f() { return 1; }
};

kernel void k(device float* x [[buffer(0)]]) {
  A a;
  x[0] = a.f();
}
