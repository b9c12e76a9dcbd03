// Arguments of in_proj_conv.metal, for the host and the GPU.
#pragma once

struct ConvStepShape {
  uint32_t begin;  // the first column that is convolved
  uint32_t channels;
  uint32_t d_conv;
  uint32_t has_bias;
  uint32_t stride;  // numbers per row
};
