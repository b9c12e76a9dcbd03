// Arguments of conv_rows.metal, for the host and the GPU.
#pragma once

// One sequence's rows; strides are numbers per row.
struct ConvRowsShape {
  uint32_t rows;
  uint32_t channels;
  uint32_t d_conv;
  uint32_t stride;
  uint32_t block;  // rows that one thread walks, at least d_conv - 1
  uint32_t has_bias;
};
