// Plain views: what ops read and write. Nothing here owns memory.
#pragma once

#include <cstddef>
#include <cstdint>

namespace mamba {

// q8 and q4 are of matrices alone (quant/layout.h).
enum class Dtype : uint32_t { f32 = 0, f16 = 1, bf16 = 2, q8 = 3, q4 = 4 };

constexpr bool is_quantised(Dtype dtype) { return dtype >= Dtype::q8; }

// Of one number, in the formats that have such a size.
constexpr std::size_t dtype_size(Dtype dtype) {
  return dtype == Dtype::f32 ? 4 : is_quantised(dtype) ? 0 : 2;
}

// A weight matrix: `rows` outputs of `cols` inputs each. As checkpoints store
// it, (rows, cols) row-major, or in the layout of quantised matrices.
struct Matrix {
  const void* data = nullptr;
  Dtype dtype = Dtype::f32;
  int64_t rows = 0;
  int64_t cols = 0;
  // Of a quantised matrix:
  int64_t tail = 0;      // the last rows, which are kept in f16
  bool rotated = false;  // its blocks of columns are (quant/rotation.h)
  bool fine = false;     // in q8: its input keeps 12 bits instead of 8

  explicit operator bool() const { return data != nullptr; }
};

// One sequence's memory in one layer, in the layout that vectorises over
// channels. What leaves the library is transposed to the official layout.
struct LayerState {
  // (d_conv, channels): raw conv inputs, row d_conv - 1 is the newest.
  float* conv = nullptr;
  // Mamba: (d_state, d_inner). Mamba 2: (nheads, d_state, headdim).
  float* ssm = nullptr;
};

// Rows [first, first + count) of a batch belong to one sequence, in order.
struct Segment {
  int64_t first = 0;
  int64_t count = 0;
  LayerState state;
};

// The rows of one call: L rows in all, cut into sequences.
struct Batch {
  int64_t rows = 0;  // L, the sum of the counts
  const Segment* segments = nullptr;
  int64_t n_segments = 0;

  // Every sequence has one row. Then each row's result must not depend on
  // how many rows there are, to the bit.
  bool is_decode() const { return rows == n_segments; }
};

}  // namespace mamba
