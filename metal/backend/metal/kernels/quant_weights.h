// Weights in 8 and 4 bits; quant/layout.h tells where they lie.
#pragma once
#include <metal_stdlib>
using namespace metal;

#include "vectors.h"

constant uint kPanel = 16;        // rows that lie together
constant uint kBlock = 32;        // columns that share a scale
constant uint kTileColumns = 64;  // two blocks
constant uint kScaleBytes = 64;   // of a tile, before its numbers

// A byte of a matrix in each format.
struct Q8 {
  uchar byte;
};
struct Q4 {
  uchar byte;
};

// Of a panel's block, without scales.
inline uint block_bytes(device const Q8*) { return 512; }
inline uint block_bytes(device const Q4*) { return 256; }

inline uint tiles_of(uint columns) {
  return (columns + kTileColumns - 1) / kTileColumns;
}

// Where a panel's tile is in a matrix whose rows have so many.
template <typename Q>
inline device const Q* tile_at(device const Q* matrix, uint tiles, uint panel,
                               uint tile) {
  return matrix + (ulong(panel) * tiles + tile) *
                      (kScaleBytes + 2 * block_bytes(matrix));
}

// The scale of a row of the panel in one of a tile's blocks.
template <typename Q>
inline float scale_of(device const Q* tile, uint block, uint row) {
  return float(
      reinterpret_cast<device const half*>(tile)[block * kPanel + row]);
}

// The bytes of a row in a tile's block, a word every 16.
template <typename Q>
inline device const uint* words_of(device const Q* tile, uint block, uint row) {
  return reinterpret_cast<device const uint*>(tile + kScaleBytes +
                                              block * block_bytes(tile)) +
         row;
}

inline float4 signed_bytes(uint word) { return float4(as_type<char4>(word)); }
// Four bits of each byte, from `shift` on.
inline float4 signed_nibbles(uint word, uint shift) {
  return float4(as_type<uchar4>((word >> shift) & 0x0f0f0f0fu)) - 8.0f;
}

// Numbers [4 quad, 4 quad + 4) of a block.
inline float4 quad_of(device const Q8*, device const uint* words, uint quad) {
  return signed_bytes(words[quad * kPanel]);
}
inline float4 quad_of(device const Q4*, device const uint* words, uint quad) {
  return signed_nibbles(words[quad % 4 * kPanel], quad / 4 * 4);
}

// Four weights of a row, from a column that is a multiple of four.
template <typename Q>
inline float4 weights_at(device const Q* matrix, uint tiles, uint row,
                         uint column) {
  device const Q* tile =
      tile_at(matrix, tiles, row / kPanel, column / kTileColumns);
  const uint block = column / kBlock % 2, place = row % kPanel;
  return scale_of(tile, block, place) *
         quad_of(tile, words_of(tile, block, place), column % kBlock / 4);
}
