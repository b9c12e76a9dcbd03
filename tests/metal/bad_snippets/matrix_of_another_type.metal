#include <metal_stdlib>
using namespace metal;

kernel void k(device float* x [[buffer(0)]]) {
  simdgroup_half8x8 m;
  simdgroup_load(m, x);
  simdgroup_store(m, x);
}
