// Matrices that are stored in tiles of 8 by 8, tile after tile, row after row:
// what the matrix units load at once lies together.
#pragma once
#include <metal_stdlib>
using namespace metal;

constant uint kTile = 8;
constant uint kTileSize = kTile * kTile;

// Where a number of a matrix with `across` columns lies.
inline uint tile_index(uint row, uint column, uint across) {
  return (row / kTile * (across / kTile) + column / kTile) * kTileSize +
         row % kTile * kTile + column % kTile;
}

inline simdgroup_float8x8 zero_tile() {
  return make_filled_simdgroup_matrix<float, 8, 8>(0.0f);
}

// From device or threadgroup memory.
template <typename Pointer>
inline void load_transposed(thread simdgroup_float8x8& tile, Pointer from) {
  simdgroup_load(tile, from, kTile, ulong2(0, 0), true);
}

inline void multiply_add(thread simdgroup_float8x8& sum,
                         thread const simdgroup_float8x8& a,
                         thread const simdgroup_float8x8& b) {
  simdgroup_multiply_accumulate(sum, a, b, sum);
}

// sums[j] = rows of block `block` of a times those of block j of b, j <= block;
// both matrices have `tiles` tiles in a row.
inline void multiply_lower(device const float* a, device const float* b,
                           uint tiles, uint block,
                           thread simdgroup_float8x8 (&sums)[8]) {
  for (uint j = 0; j < 8; ++j) sums[j] = zero_tile();
  for (uint k = 0; k < tiles; ++k) {
    simdgroup_float8x8 left, right;
    simdgroup_load(left, a + (block * tiles + k) * kTileSize, kTile);
    for (uint j = 0; j < 8; ++j) {
      if (j <= block) {
        load_transposed(right, b + (j * tiles + k) * kTileSize);
        multiply_add(sums[j], left, right);
      }
    }
  }
}
