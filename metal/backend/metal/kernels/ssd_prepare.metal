#include <metal_stdlib>
using namespace metal;

#include "ssd_chunk.h"
#include "ssd_delta.h"
#include "ssd_tiles.h"

constant uint kSimdgroups = 8;
constant uint kThreads = 32 * kSimdgroups;

// One SIMD-group: dt and the sums of a of a head, in a chunk of `rows` rows.
inline void prepare_decay(device const float* dt, float bias, float A,
                          constant SsdShape& shape, uint rows, uint lane,
                          device ChunkDecay& decay) {
  float2 before = float2(0.0f);
  for (uint i = lane; i < kSsdChunk; i += 32) {
    float delta = 0.0f;
    if (i < rows) delta = ssd_delta(dt[ulong(i) * shape.stride] + bias, shape);
    const float2 sum =
        add_pairs(before, prefix_sums(float2(delta * A, 0.0f), lane));
    decay.delta[i] = delta;
    decay.sum[i] = sum;
    before = simd_broadcast(sum, 31);
  }
}

// Rows of B or C as tiles, 0 behind their ends. One threadgroup.
inline void prepare_rows(device const float* from, constant SsdShape& shape,
                         uint rows, uint states, uint at, device float* tiles) {
  for (uint i = at; i < kSsdChunk * states; i += kThreads) {
    const uint row = i / states, n = i % states;
    float value = 0.0f;
    if (row < rows && n < shape.d_state) {
      value = from[ulong(row) * shape.stride + n];
    }
    tiles[tile_index(row, n, states)] = value;
  }
}

// What all heads of a group share in a chunk, and the decays of each:
// B, C (chunks, G) of (kSsdChunk, states) and products[i][j] = C_i · B_j,
// j <= i, (chunks, G) of (kSsdChunk, kSsdChunk), all in tiles; states = d_state
// up to whole columns. decays (chunks, H). Grid (chunks, groups).
[[max_total_threads_per_threadgroup(256)]] kernel void ssd_prepare(
    device const float* B [[buffer(0)]], device const float* C [[buffer(1)]],
    device const float* dt [[buffer(2)]],
    device const float* dt_bias [[buffer(3)]],
    device const float* A [[buffer(4)]],
    device ChunkDecay* decays [[buffer(5)]],
    device float* B_tiles [[buffer(6)]], device float* C_tiles [[buffer(7)]],
    device float* products [[buffer(8)]],
    constant SsdShape& shape [[buffer(9)]],
    uint2 at [[threadgroup_position_in_grid]],
    uint thread_index [[thread_index_in_threadgroup]],
    uint lane [[thread_index_in_simdgroup]],
    uint simdgroup [[simdgroup_index_in_threadgroup]]) {
  const uint chunk = at.x, group = at.y;
  const uint states = ssd_padded(shape.d_state);
  const uint row = chunk * kSsdChunk;
  const uint rows = min(uint(kSsdChunk), shape.rows - row);
  const ulong first = ulong(row) * shape.stride;
  const uint group_heads = shape.heads / shape.groups;
  for (uint i = simdgroup; i < group_heads; i += kSimdgroups) {
    const uint head = group * group_heads + i;
    prepare_decay(dt + first + head, dt_bias[head], A[head], shape, rows, lane,
                  decays[chunk * shape.heads + head]);
  }
  const ulong index = ulong(chunk) * shape.groups + group;
  device float* own_B = B_tiles + index * kSsdChunk * states;
  device float* own_C = C_tiles + index * kSsdChunk * states;
  const uint column = group * shape.d_state;
  prepare_rows(B + first + column, shape, rows, states, thread_index, own_B);
  prepare_rows(C + first + column, shape, rows, states, thread_index, own_C);
  threadgroup_barrier(mem_flags::mem_device);

  simdgroup_float8x8 sums[8];
  multiply_lower(own_C, own_B, states / kTile, simdgroup, sums);
  device float* own =
      products + index * kSsdChunk * kSsdChunk + simdgroup * 8 * kTileSize;
  for (uint j = 0; j < 8; ++j) {
    if (j <= simdgroup) simdgroup_store(sums[j], own + j * kTileSize, kTile);
  }
}
