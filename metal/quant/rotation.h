// The rotation of blocks: 32 numbers times the Hadamard matrix H of that size,
// whose rows are ±1 and orthogonal. It spreads a few large numbers of a block
// over all of it, so that one scale suits them; a product does not change if
// both of its sides are rotated, (H x) · (H w) = 32 x · w. After QuaRot
// (arXiv 2404.00456), within blocks and without data.
#pragma once

#include "quant/layout.h"

namespace mamba {

// Powers of two, so that nothing is rounded: their product is 1 / 32.
constexpr float kRotatedInput = 0.25f;
constexpr float kRotatedWeight = 0.125f;

// v = scale · H v. Pairs that are 16 apart are added and subtracted first, then
// those that are 8, 4, 2 and 1 apart: every backend has the same bits.
inline void rotate_block(float v[kQuantBlock], float scale) {
  for (int64_t apart = kQuantBlock / 2; apart > 0; apart /= 2) {
    for (int64_t i = 0; i < kQuantBlock; ++i) {
      if ((i & apart) != 0) continue;
      const float a = v[i], b = v[i + apart];
      v[i] = a + b;
      v[i + apart] = a - b;
    }
  }
  for (int64_t i = 0; i < kQuantBlock; ++i) v[i] *= scale;
}

}  // namespace mamba
