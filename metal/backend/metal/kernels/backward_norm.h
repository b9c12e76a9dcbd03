// Arguments of backward_norm.metal, for the host and the GPU.
#pragma once

struct BackwardNormShape {
  uint32_t rows;
  uint32_t cols;  // of a row
  uint32_t part;  // of them that are normalised together
  uint32_t rms;   // or LayerNorm
  float eps;
  uint32_t block;  // rows of a part of the sums
};
