#include <metal_stdlib>
using namespace metal;

#include "backward_sums.h"

// parts[b] = Σ of the rows of block b; parts (blocks, cols); grid (cols,
// blocks)
kernel void column_sums(device const float* x [[buffer(0)]],
                        device float* parts [[buffer(1)]],
                        constant ColumnSumsShape& shape [[buffer(2)]],
                        uint2 at [[thread_position_in_grid]]) {
  if (at.x >= shape.cols) return;
  const uint begin = at.y * shape.block;
  const uint end = min(shape.rows, begin + shape.block);
  float sum = 0.0f;
  for (uint l = begin; l < end; ++l) sum += x[ulong(l) * shape.stride + at.x];
  parts[at.y * shape.cols + at.x] = sum;
}

// out += Σ of the parts; grid (size)
kernel void add_parts(device const float* parts [[buffer(0)]],
                      device float* out [[buffer(1)]],
                      constant AddPartsShape& shape [[buffer(2)]],
                      uint at [[thread_position_in_grid]]) {
  if (at >= shape.size) return;
  float sum = 0.0f;
  for (uint i = 0; i < shape.parts; ++i) {
    sum += parts[ulong(i) * shape.part_stride + at];
  }
  out[at] += sum;
}
