// Arguments of norm_rows.metal, for the host and the GPU.
#pragma once

struct NormRowsShape {
  uint32_t cols;  // of a row
  uint32_t part;  // of them that are normalised together
  uint32_t rms;   // or LayerNorm
  float eps;
  uint32_t has_weight;  // or rows are copied
  uint32_t has_bias;
  uint32_t has_which;
};
