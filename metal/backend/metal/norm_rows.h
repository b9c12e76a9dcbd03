// The norm of many rows.
#pragma once

#include "backend/metal/stream.h"
#include "ops/ops.h"

namespace mamba::metal {

struct NormRowsArgs {
  const float* x = nullptr;  // (…, cols), dense
  // (rows) which of the x_rows rows of x; null = the first `rows`.
  const int64_t* which = nullptr;
  int64_t x_rows = 0;
  int64_t rows = 0, cols = 0;
  // Each of `groups` equal parts of a row is normalised by itself.
  int64_t groups = 1;
  Norm norm;             // weight and bias (cols); no weight copies rows
  float* out = nullptr;  // (rows, cols), dense, not x
};

void norm_rows(Stream& stream, const NormRowsArgs& args);

}  // namespace mamba::metal
