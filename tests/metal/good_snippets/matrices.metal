#include <metal_stdlib>
using namespace metal;

struct Sums {
  simdgroup_float8x8 at[2];
};

void scale(thread simdgroup_float8x8& m, float by) {
  m.thread_elements() *= by;
}

kernel void k(device const half* a [[buffer(0)]], device float* c [[buffer(1)]],
              constant uint& n [[buffer(2)]],
              threadgroup half* tile [[threadgroup(0)]],
              uint2 tg [[threadgroup_position_in_grid]],
              ushort lane [[thread_index_in_simdgroup]]) {
  threadgroup float spill[64];
  Sums sums;
  sums.at[0] = make_filled_simdgroup_matrix<float, 8>(0.0f);
  sums.at[1] = simdgroup_float8x8(1.0f);
  simdgroup_half8x8 left, right;
  for (uint k = 0; k < n; k += 8) {
    tile[lane] = a[k + lane];
    simdgroup_barrier(mem_flags::mem_threadgroup);
    simdgroup_load(left, a + tg.y * 8 * n + k, n);
    simdgroup_load(right, tile, 8, ulong2(0, 0), true);
    simdgroup_multiply_accumulate(sums.at[0], left, right, sums.at[0]);
  }
  simdgroup_multiply(sums.at[1], left, right);
  scale(sums.at[0], 0.5f);
  simdgroup_store(sums.at[1], spill);
  threadgroup_barrier(mem_flags::mem_device | mem_flags::mem_threadgroup);
  simdgroup_store(sums.at[0], c + tg.x * 8, n);
  c[lane] = spill[lane];
}
