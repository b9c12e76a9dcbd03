// Arguments of gemm.metal, for the host and the GPU.
#pragma once

// Numbers per row (strides) are of the arrays as they are stored.
struct GemmShape {
  uint32_t rows;   // of out
  uint32_t cols;   // of out
  uint32_t inner;  // what is summed over
  uint32_t depth;  // how much of it each split sums
  uint32_t a_stride;
  uint32_t b_stride;
  uint32_t out_stride;
  uint32_t a_aligned;  // four numbers may be loaded at once
  uint32_t b_aligned;
  uint32_t has_bias;
  uint32_t accumulate;
};

struct GemmSumShape {
  uint32_t splits;
  uint32_t rows;
  uint32_t cols;
  uint32_t out_stride;
  uint32_t has_bias;
  uint32_t accumulate;
};
