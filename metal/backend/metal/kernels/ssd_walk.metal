#include <metal_stdlib>
using namespace metal;

#include "math.h"
#include "ssd_chunk.h"
#include "ssd_state.h"

// What a threadgroup works in.
struct WalkMemory {
  threadgroup float* state;
  threadgroup float* input;  // dt_j x_j, (kSsdChunk, kSsdColumns) in tiles
  threadgroup ChunkDecay& decay;
  threadgroup float* own;  // of the SIMD-group, (kTile, kSsdChunk) in tiles
};

// Columns [p, p + columns) of a head, in a chunk of `rows` rows.
struct WalkChunk {
  device const float* z;  // of the first row and column, rows `stride` apart
  device const float* x;
  device float* out;      // rows `out_stride` apart
  device const float* B;  // (kSsdChunk, states) in tiles
  device const float* C;
  device const float* products;  // (kSsdChunk, kSsdChunk) in tiles
  uint rows, columns, states, stride, out_stride;
  float D;
};

inline void load_input(thread const WalkChunk& chunk,
                       device const ChunkDecay& decay, uint at,
                       thread const WalkMemory& memory) {
  for (uint i = at; i < kSsdChunk; i += kWalkThreads) {
    memory.decay.delta[i] = decay.delta[i];
    memory.decay.sum[i] = decay.sum[i];
  }
  for (uint i = at; i < kSsdChunk * kSsdColumns; i += kWalkThreads) {
    const uint row = i / kSsdColumns, column = i % kSsdColumns;
    float value = 0.0f;
    if (row < chunk.rows && column < chunk.columns) {
      value = decay.delta[row] * chunk.x[ulong(row) * chunk.stride + column];
    }
    memory.input[tile_index(row, column, kSsdColumns)] = value;
  }
}

// The rows of a block times the state before the chunk: (C S) of two blocks.
inline void multiply_state(thread const WalkChunk& chunk,
                           threadgroup const float* state, uint2 blocks,
                           thread simdgroup_float8x8 (&sums)[2][kColumnTiles]) {
  const uint tiles = chunk.states / kTile;
  for (uint i = 0; i < 2; ++i) {
    for (uint c = 0; c < kColumnTiles; ++c) sums[i][c] = zero_tile();
  }
  for (uint n = 0; n < tiles; ++n) {
    simdgroup_float8x8 left[2], right;
    for (uint i = 0; i < 2; ++i) {
      simdgroup_load(left[i], chunk.C + (blocks[i] * tiles + n) * kTileSize,
                     kTile);
    }
    for (uint c = 0; c < kColumnTiles; ++c) {
      simdgroup_load(right, state + (n * kColumnTiles + c) * kTileSize, kTile);
      for (uint i = 0; i < 2; ++i) multiply_add(sums[i][c], left[i], right);
    }
  }
}

// What the rows of a block get from the inputs of the chunk.
inline void multiply_input(thread const WalkChunk& chunk,
                           thread const WalkMemory& memory, uint block,
                           uint lane,
                           thread simdgroup_float8x8 (&sums)[kColumnTiles]) {
  device const float* products =
      chunk.products + block * (kSsdChunk / kTile) * kTileSize;
  for (uint i = lane; i < (block + 1) * kTileSize; i += 32) {
    const uint row = block * kTile + i % kTileSize / kTile;
    const uint column = i / kTileSize * kTile + i % kTile;
    float value = 0.0f;
    if (column <= row) {
      value = products[i] *
              decay_between(memory.decay.sum[column], memory.decay.sum[row]);
    }
    memory.own[i] = value;
  }
  simdgroup_barrier(mem_flags::mem_threadgroup);
  for (uint c = 0; c < kColumnTiles; ++c) sums[c] = zero_tile();
  for (uint j = 0; j <= block; ++j) {
    simdgroup_float8x8 left, right;
    simdgroup_load(left, memory.own + j * kTileSize, kTile);
    for (uint c = 0; c < kColumnTiles; ++c) {
      simdgroup_load(right, memory.input + (j * kColumnTiles + c) * kTileSize,
                     kTile);
      multiply_add(sums[c], left, right);
    }
  }
  simdgroup_barrier(mem_flags::mem_threadgroup);
}

// out of a block, of what comes from the state and from the inputs.
inline void finish_block(
    thread const WalkChunk& chunk, thread const WalkMemory& memory, uint block,
    uint lane, thread const simdgroup_float8x8 (&state)[kColumnTiles],
    thread const simdgroup_float8x8 (&input)[kColumnTiles]) {
  const uint size = kTile * kSsdColumns;
  for (uint c = 0; c < kColumnTiles; ++c) {
    simdgroup_store(state[c], memory.own + c * kTileSize, kTile);
    simdgroup_store(input[c], memory.own + size + c * kTileSize, kTile);
  }
  simdgroup_barrier(mem_flags::mem_threadgroup);
  for (uint i = lane; i < size; i += 32) {
    const uint row = block * kTile + i / kSsdColumns, column = i % kSsdColumns;
    if (row >= chunk.rows || column >= chunk.columns) continue;
    const uint from = tile_index(i / kSsdColumns, column, kSsdColumns);
    const ulong at = ulong(row) * chunk.stride + column;
    const float carry = decay_between(float2(0.0f), memory.decay.sum[row]);
    const float y = fma(carry, memory.own[from],
                        fma(chunk.D, chunk.x[at], memory.own[size + from]));
    chunk.out[ulong(row) * chunk.out_stride + column] = y * silu(chunk.z[at]);
  }
  simdgroup_barrier(mem_flags::mem_threadgroup);
}

// out of the whole chunk. A SIMD-group has a block near the front and one near
// the back: together they are equally much work.
inline void walk_rows(thread const WalkChunk& chunk,
                      thread const WalkMemory& memory, uint simdgroup,
                      uint lane) {
  const uint2 blocks = uint2(simdgroup, kSsdChunk / kTile - 1 - simdgroup);
  if (blocks.x * kTile >= chunk.rows) return;
  simdgroup_float8x8 by_state[2][kColumnTiles], by_input[kColumnTiles];
  multiply_state(chunk, memory.state, blocks, by_state);
  for (uint i = 0; i < 2; ++i) {
    if (blocks[i] * kTile >= chunk.rows) continue;
    multiply_input(chunk, memory, blocks[i], lane, by_input);
    finish_block(chunk, memory, blocks[i], lane, by_state[i], by_input);
  }
}

// The state from before the chunk to after it; leaves nothing of the input.
inline void walk_state(thread const WalkChunk& chunk,
                       thread const WalkMemory& memory, uint simdgroup,
                       uint at) {
  const float2 last = memory.decay.sum[kSsdChunk - 1];
  for (uint i = at; i < kSsdChunk * kSsdColumns; i += kWalkThreads) {
    const uint row =
        i / (kColumnTiles * kTileSize) * kTile + i % kTileSize / kTile;
    memory.input[i] *= decay_between(memory.decay.sum[row], last);
  }
  scale(memory.state, chunk.states * kSsdColumns,
        decay_between(float2(0.0f), last), at);
  threadgroup_barrier(mem_flags::mem_threadgroup);
  add_to_state(memory.state, chunk.B, memory.input, kColumnTiles,
               (chunk.rows + kTile - 1) / kTile, chunk.states, simdgroup);
}

// A sequence's rows in the chunked form (Dao & Gu 2024, arXiv:2405.21060,
// section 6), from what ssd_prepare made:
//   y_i = e^{a_1 + … + a_i} C_i S
//       + Σ_{j <= i} (C_i · B_j) e^{a_{j+1} + … + a_i} dt_j x_j + D x_i
//   S  <- e^{a_1 + … + a_Q} S + Σ_j e^{a_{j+1} + … + a_Q} B_j ⊗ dt_j x_j
// A threadgroup walks through all chunks with kSsdColumns columns of a head.
// Grid (columns, heads).
[[max_total_threads_per_threadgroup(128)]] kernel void ssd_walk(
    device const float* z [[buffer(0)]], device const float* x [[buffer(1)]],
    device const float* D [[buffer(2)]],
    device const ChunkDecay* decays [[buffer(3)]],
    device const float* B [[buffer(4)]], device const float* C [[buffer(5)]],
    device const float* products [[buffer(6)]],
    device float* state [[buffer(7)]], device float* out [[buffer(8)]],
    constant SsdShape& shape [[buffer(9)]],
    threadgroup float* own_state [[threadgroup(0)]],
    uint2 grid [[threadgroup_position_in_grid]],
    uint at [[thread_index_in_threadgroup]],
    uint lane [[thread_index_in_simdgroup]],
    uint simdgroup [[simdgroup_index_in_threadgroup]]) {
  threadgroup float input[kSsdChunk * kSsdColumns];
  threadgroup float own[kWalkSimdgroups * kTile * kSsdChunk];
  threadgroup ChunkDecay decay;
  const WalkMemory memory = {own_state, input, decay,
                             own + simdgroup * kTile * kSsdChunk};
  const uint p = grid.x * kSsdColumns, head = grid.y;
  const uint group = head / (shape.heads / shape.groups);
  const uint states = ssd_padded(shape.d_state);
  const uint width = shape.heads * shape.headdim;
  const uint columns = min(uint(kSsdColumns), shape.headdim - p);
  state += ulong(head) * shape.d_state * shape.headdim + p;
  load_state(state, shape, columns, states, at, own_state);

  for (uint row = 0; row < shape.rows; row += kSsdChunk) {
    const uint index = row / kSsdChunk;
    const ulong of_group = ulong(index) * shape.groups + group;
    const ulong first = ulong(row) * shape.stride + head * shape.headdim + p;
    const WalkChunk chunk = {
        z + first,
        x + first,
        out + ulong(row) * width + head * shape.headdim + p,
        B + of_group * kSsdChunk * states,
        C + of_group * kSsdChunk * states,
        products + of_group * kSsdChunk * kSsdChunk,
        min(uint(kSsdChunk), shape.rows - row),
        columns,
        states,
        shape.stride,
        width,
        D[head]};
    threadgroup_barrier(mem_flags::mem_threadgroup);
    load_input(chunk, decays[ulong(index) * shape.heads + head], at, memory);
    threadgroup_barrier(mem_flags::mem_threadgroup);
    walk_rows(chunk, memory, simdgroup, lane);
    threadgroup_barrier(mem_flags::mem_threadgroup);
    walk_state(chunk, memory, simdgroup, at);
  }
  threadgroup_barrier(mem_flags::mem_threadgroup);
  store_state(own_state, shape, columns, at, state);
}
