// Products of few rows with a weight, which is read once for eight rows.
#pragma once

#include <cstdint>

#include "backend/metal/kernels/gemv.h"
#include "backend/metal/stream.h"
#include "ops/ops.h"

namespace mamba::metal {

// out (rows, weight.rows) = norm(x) weightᵀ + bias. A row of it has the same
// bits whatever `rows` is.
struct RowProduct {
  const float* x = nullptr;  // rows x_stride apart
  int64_t x_stride = 0;
  // (rows) which of the x_rows rows of x; null = the first `rows`.
  const int64_t* which = nullptr;
  int64_t x_rows = 0;
  int64_t rows = 0;
  Norm norm;
  // Each of `groups` equal parts of a row of x is normalised by itself.
  int64_t groups = 1;
  Matrix weight;
  const float* bias = nullptr;  // (weight.rows) or null
  float* out = nullptr;
  bool accumulate = false;  // out += instead
};

// Numbers from the first to the last that is read of x.
int64_t extent_of_x(const RowProduct& product);
// For the kernels that are made of gemv_sums.h or quant_sums.h.
struct GemvShapes {
  // Of a quantised weight: of its rows that are, and of the others. Of another
  // one: of all rows, and none.
  GemvShape main, tail;
  uint32_t groups = 0;  // threadgroups that make a row
};
GemvShapes gemv_shapes(const RowProduct& product);
constexpr uint32_t kGemvThreads = 256;

// The norm must be an RMSNorm of whole rows, or none.
void gemv(Stream& stream, const RowProduct& product);

}  // namespace mamba::metal
