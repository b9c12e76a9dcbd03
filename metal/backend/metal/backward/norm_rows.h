// The backward of the norm of rows.
#pragma once

#include "backend/metal/stream.h"
#include "ops/backward.h"

namespace mamba::metal {

struct NormRowsBackward {
  const float* x = nullptr;  // (rows, cols), what was normalised
  int64_t rows = 0, cols = 0;
  int64_t groups = 1;
  Norm norm;                   // with a weight
  const float* d_y = nullptr;  // (rows, cols)
  float* d_x = nullptr;        // (rows, cols), +=
  NormGradient d_norm;         // +=
};

// Uses kMomentsSlot and those behind it.
void norm_rows_backward(Stream& stream, const NormRowsBackward& args);

}  // namespace mamba::metal
