#include <metal_stdlib>
using namespace metal;

kernel void k(device float* x [[buffer(0)]]) {
  thread const char* s = "a";
  x[0] = s[0];
}
