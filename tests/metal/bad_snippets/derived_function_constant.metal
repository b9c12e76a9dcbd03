#include <metal_stdlib>
using namespace metal;

constant int N [[function_constant(0)]];
constant bool BIG = N > 8;

kernel void k(device float* x [[buffer(0)]]) {
  if (BIG) x[0] = 1;
}
