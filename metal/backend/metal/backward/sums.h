// Sums over rows, for gradients of weights: first over blocks of rows, then of
// the blocks in order. Parts are kept in kPartsSlot.
#pragma once

#include "backend/metal/stream.h"

namespace mamba::metal {

// Rows of a block.
constexpr int64_t kBlockRows = 64;

// out += Σ_i parts[i]; part i begins part_stride numbers behind the one
// before it, and its first `size` count.  out (size); null = not wanted
void add_parts(Stream& stream, const float* parts, int64_t n_parts,
               int64_t part_stride, int64_t size, float* out);

// out += Σ_l x[l].  x (rows, cols), dense, out (cols); null = not wanted
void add_column_sums(Stream& stream, const float* x, int64_t rows, int64_t cols,
                     float* out);

}  // namespace mamba::metal
