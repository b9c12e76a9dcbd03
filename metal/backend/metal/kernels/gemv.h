// Arguments of gemv.metal, for the host and the GPU.
#pragma once

struct GemvShape {
  uint32_t rows;      // of the result
  uint32_t outputs;   // its columns: rows of the weight
  uint32_t inner;     // what is summed over: columns of the weight
  uint32_t x_stride;  // numbers per row
  // The sum over `inner` is shared by so many SIMD-groups: 1, 2, 4 or 8.
  uint32_t splits;
  uint32_t aligned;   // eight numbers may be loaded at once
  uint32_t has_norm;  // RMSNorm over `inner`
  float eps;
  uint32_t has_which;
  uint32_t has_bias;
  uint32_t accumulate;
  // Of a quantised weight, as in Matrix.
  uint32_t rotated;
  uint32_t fine;
};
