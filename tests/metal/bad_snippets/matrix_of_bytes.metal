#include <metal_stdlib>
using namespace metal;

kernel void k(device float* x [[buffer(0)]],
              device const char* b [[buffer(1)]]) {
  simdgroup_matrix<char, 8, 8> m;
  simdgroup_load(m, b);
  x[0] = 1;
}
