#include <metal_stdlib>
using namespace metal;

// c = a b for matrices whose sides are multiples of 8, one tile each.
template <typename A, typename B>
kernel void multiply(device const A* a [[buffer(0)]],
                     device const B* b [[buffer(1)]],
                     device float* c [[buffer(2)]],
                     constant uint& n [[buffer(3)]],
                     uint2 tile [[threadgroup_position_in_grid]]) {
  simdgroup_float8x8 sum = make_filled_simdgroup_matrix<float, 8, 8>(0.0f);
  for (uint k = 0; k < n; k += 8) {
    simdgroup_matrix<A, 8, 8> left;
    simdgroup_matrix<B, 8, 8> right;
    simdgroup_load(left, a + tile.y * 8 * n + k, n);
    simdgroup_load(right, b, n, ulong2(tile.x * 8, k));
    simdgroup_multiply_accumulate(sum, left, right, sum);
  }
  simdgroup_store(sum, c + tile.y * 8 * n + tile.x * 8, n);
}
template [[host_name("multiply_float")]] kernel void multiply<float, float>(
    device const float*, device const float*, device float*, constant uint&,
    uint2);
template [[host_name("multiply_half")]] kernel void multiply<half, half>(
    device const half*, device const half*, device float*, constant uint&,
    uint2);
template [[host_name("multiply_mixed")]] kernel void multiply<half, float>(
    device const half*, device const float*, device float*, constant uint&,
    uint2);

// 1. transposed by loading, 2. by storing, 3. 2 x + 1 through the elements,
// 4. x times itself in half, 5. 3 on the diagonal, 6. a copy's elements,
// 7. a tile in threadgroup memory.
kernel void tiles(device const float* x [[buffer(0)]],
                  device float* out [[buffer(1)]],
                  device half* halves [[buffer(2)]],
                  uint lane [[thread_index_in_simdgroup]]) {
  threadgroup float tile[64];
  simdgroup_float8x8 a, b;
  simdgroup_load(a, x, 8, 0, true);
  simdgroup_store(a, out, 8);
  simdgroup_load(a, x);
  simdgroup_store(a, out + 64, 8, 0, true);

  b = a;
  b.thread_elements()[0] = 2.0f * a.thread_elements()[0] + 1.0f;
  b.thread_elements()[1] = 2.0f * a.thread_elements()[1] + 1.0f;
  simdgroup_store(b, out + 128);

  simdgroup_half8x8 h = make_filled_simdgroup_matrix<half, 8, 8>(0.0h), g;
  h.thread_elements() = half2(a.thread_elements());
  simdgroup_multiply(g, h, h);
  simdgroup_store(g, halves);

  simdgroup_store(simdgroup_float8x8(3.0f), out + 192);

  simdgroup_float8x8 copy = b;
  copy.thread_elements() += a.thread_elements();
  simdgroup_store(copy, out + 256);

  for (uint i = lane; i < 64; i += 32) tile[i] = x[i] + 1.0f;
  simdgroup_barrier(mem_flags::mem_threadgroup);
  simdgroup_load(b, tile, 8, 0, true);
  simdgroup_multiply_accumulate(b, b, a, a);
  simdgroup_barrier(mem_flags::mem_threadgroup);
  simdgroup_store(b, tile);
  simdgroup_barrier(mem_flags::mem_threadgroup);
  for (uint i = lane; i < 64; i += 32) out[320 + i] = tile[i];
}
