#include <metal_stdlib>
using namespace metal;

kernel void k(device float* x [[buffer(0)]], constant float* c [[buffer(1)]]) {
  simdgroup_float8x8 m;
  simdgroup_load(m, c);
  simdgroup_store(m, x);
}
