#include <metal_stdlib>
using namespace metal;

#include "quant_activations.h"
#include "quant_rows.h"

// out = x, as products with quantised matrices see it; grid (columns, rows)
[[max_total_threads_per_threadgroup(256)]] kernel void quant_rows(
    device const float* x [[buffer(0)]], device float* out [[buffer(1)]],
    constant QuantRowsShape& shape [[buffer(2)]],
    uint2 at [[thread_position_in_grid]],
    uint lane [[thread_index_in_simdgroup]]) {
  const bool there = at.x < shape.cols;
  const QuantisedInput input =
      quantise(there ? x[ulong(at.y) * shape.stride + at.x] : 0.0f,
               shape.rotated, shape.fine, lane);
  if (at.x < shape.filled) {
    out[ulong(at.y) * shape.filled + at.x] = input.number * input.scale;
  }
}
