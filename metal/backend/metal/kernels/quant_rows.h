// Arguments of quant_rows.metal, for the host and the GPU.
#pragma once

struct QuantRowsShape {
  uint32_t cols;
  uint32_t filled;  // columns of out, which is dense: whole blocks
  uint32_t stride;  // of x
  uint32_t rotated;
  uint32_t fine;
};
