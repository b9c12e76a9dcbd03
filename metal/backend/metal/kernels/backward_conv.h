// Arguments of backward_conv.metal, for the host and the GPU.
#pragma once

// One sequence, which begins at the zero state.
struct BackwardConvShape {
  uint32_t rows;
  uint32_t channels;
  uint32_t d_conv;
  uint32_t outputs;     // columns of in_proj
  uint32_t conv_begin;  // the first that goes through the convolution
  uint32_t block;       // rows of a part of the sums
  uint32_t has_bias;
};
