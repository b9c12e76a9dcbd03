// Matrices into 8 and 4 bits, and back.
#pragma once

#include "core/tensor.h"
#include "quant/layout.h"

namespace mamba {

// Writes rows [row, row + 16) of a quantised matrix, as far as there are so
// many, from f32: values (rows, cols); `row` is a multiple of 16. Rows of the
// tail are written as f16. Blocks of a rotated matrix are rotated first. False
// if a number is beyond the format's range.
//   q8: d = max|w| / 127, rounded to f16
//   q4: the d, of those that put the largest w near -8 or 7 and of the least
//       squares fit to the best one's numbers, with the least Σ (w - ŵ)²
bool quantize_rows(const Matrix& to, int64_t row, const float* values);

// Row `row` of a matrix in any format, widened to f32: out (cols).
void widen_row(const Matrix& matrix, int64_t row, float* out);

// The whole numbers of a row's block as they are stored, without their scale:
// q, or q - 8.
void block_numbers(const Matrix& matrix, int64_t row, int64_t block,
                   int8_t out[kQuantBlock]);
float block_scale(const Matrix& matrix, int64_t row, int64_t block);

}  // namespace mamba
