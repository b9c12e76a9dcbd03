// Products of matrices with many rows, on the GPU's matrix units.
#pragma once

#include "backend/metal/stream.h"
#include "core/tensor.h"

namespace mamba::metal {

// out (rows, cols) = A (rows, inner) · B (inner, cols) + bias, in f32 whatever
// B is stored as. An element has the same bits whatever `rows` is.
struct GemmArgs {
  int64_t rows = 0, cols = 0, inner = 0;
  // What the strides are between: rows of A; or, if a_transposed, rows of
  // Aᵀ (inner, rows), for f32 B that is not transposed.
  const float* a = nullptr;
  int64_t a_stride = 0;
  bool a_transposed = false;
  // Bᵀ (cols, inner), as weights are stored: of quantised ones, whose stride
  // counts the tiles of a panel, the rows that are. Or, if not b_transposed, an
  // f32 B (inner, cols).
  const void* b = nullptr;
  Dtype b_dtype = Dtype::f32;
  int64_t b_stride = 0;
  bool b_transposed = true;
  const float* bias = nullptr;  // (cols) or null
  float* out = nullptr;
  int64_t out_stride = 0;
  bool accumulate = false;  // out += instead
};

// Uses the last scratch slot; callers have the others. Throws Error like Call.
void gemm(Stream& stream, const GemmArgs& args);

// out (rows, weight.rows) = x weightᵀ: the args that are left are bias and
// accumulate, and wider strides than those of dense rows.
GemmArgs weight_product(const float* x, int64_t rows, const Matrix& weight,
                        float* out);

}  // namespace mamba::metal
