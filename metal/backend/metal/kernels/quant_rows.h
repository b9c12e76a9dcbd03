// Arguments of quant_rows.metal, for the host and the GPU.
#pragma once

struct QuantRowsShape {
  uint32_t cols;
  uint32_t stride;  // of x; out is dense
};
