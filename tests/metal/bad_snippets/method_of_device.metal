#include <metal_stdlib>
using namespace metal;

struct Pair {
  float a;
  float b;
  float sum() const { return a + b; }
};

kernel void k(device float* x [[buffer(0)]], device Pair* p [[buffer(1)]]) {
  x[0] = p->sum();
}
