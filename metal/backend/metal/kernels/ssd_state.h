// The state of kSsdColumns columns of a head, in threadgroup memory: tiles of
// (states, kSsdColumns), states a multiple of kSsdColumns.
#pragma once
#include <metal_stdlib>
using namespace metal;

#include "ssd.h"
#include "ssd_tiles.h"

// Of the threadgroups that walk through the chunks of a sequence.
constant uint kWalkSimdgroups = 4;
constant uint kWalkThreads = 32 * kWalkSimdgroups;
constant uint kColumnTiles = kSsdColumns / kTile;

// state += factorsᵀ rows: factors (kSsdChunk, states) in tiles, `rows` with
// `across` tiles in a row, of which the first kColumnTiles are used.
template <typename Rows>
inline void add_to_state(threadgroup float* state, device const float* factors,
                         Rows rows, uint across, uint blocks, uint states,
                         uint simdgroup) {
  const uint tiles = states / kTile;
  for (uint n = 2 * simdgroup; n < tiles; n += 2 * kWalkSimdgroups) {
    simdgroup_float8x8 sums[2][kColumnTiles];
    threadgroup float* own = state + n * kColumnTiles * kTileSize;
    for (uint i = 0; i < 2 * kColumnTiles; ++i) {
      simdgroup_load(sums[i / kColumnTiles][i % kColumnTiles],
                     own + i * kTileSize, kTile);
    }
    for (uint j = 0; j < blocks; ++j) {
      simdgroup_float8x8 left[2], right;
      for (uint i = 0; i < 2; ++i) {
        load_transposed(left[i], factors + (j * tiles + n + i) * kTileSize);
      }
      for (uint c = 0; c < kColumnTiles; ++c) {
        simdgroup_load(right, rows + (j * across + c) * kTileSize, kTile);
        for (uint i = 0; i < 2; ++i) multiply_add(sums[i][c], left[i], right);
      }
    }
    for (uint i = 0; i < 2 * kColumnTiles; ++i) {
      simdgroup_store(sums[i / kColumnTiles][i % kColumnTiles],
                      own + i * kTileSize, kTile);
    }
  }
}

inline void scale(threadgroup float* numbers, uint count, float factor,
                  uint at) {
  for (uint i = at; i < count; i += kWalkThreads) numbers[i] *= factor;
}

// Columns of a state (N, P) in device memory, to and from threadgroup memory;
// `from` and `to` point to the first column.
inline void load_state(device const float* from, constant SsdShape& shape,
                       uint columns, uint states, uint at,
                       threadgroup float* state) {
  for (uint i = at; i < states * kSsdColumns; i += kWalkThreads) {
    const uint n = i / kSsdColumns, column = i % kSsdColumns;
    float value = 0.0f;
    if (n < shape.d_state && column < columns) {
      value = from[n * shape.headdim + column];
    }
    state[tile_index(n, column, kSsdColumns)] = value;
  }
}
inline void store_state(threadgroup const float* state,
                        constant SsdShape& shape, uint columns, uint at,
                        device float* to) {
  for (uint i = at; i < shape.d_state * kSsdColumns; i += kWalkThreads) {
    const uint n = i / kSsdColumns, column = i % kSsdColumns;
    if (column >= columns) continue;
    to[n * shape.headdim + column] = state[tile_index(n, column, kSsdColumns)];
  }
}
