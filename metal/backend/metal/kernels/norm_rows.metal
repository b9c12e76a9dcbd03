#include <metal_stdlib>
using namespace metal;

#include "norm_rows.h"
#include "sums.h"

// out[l] = norm(x[which[l]]); one threadgroup per part of a row, grid (parts,
// rows)
[[max_total_threads_per_threadgroup(256)]] kernel void norm_rows(
    device const float* x [[buffer(0)]], device const long* which [[buffer(1)]],
    device const float* weight [[buffer(2)]],
    device const float* bias [[buffer(3)]], device float* out [[buffer(4)]],
    constant NormRowsShape& shape [[buffer(5)]],
    uint2 at [[threadgroup_position_in_grid]],
    uint index [[thread_index_in_threadgroup]],
    uint lane [[thread_index_in_simdgroup]],
    uint group [[simdgroup_index_in_threadgroup]]) {
  threadgroup float parts[16];
  const ulong row = shape.has_which ? ulong(which[at.y]) : ulong(at.y);
  const uint first = at.x * shape.part;
  x += row * shape.cols + first;
  out += ulong(at.y) * shape.cols + first;
  if (!shape.has_weight) {
    for (uint i = index; i < shape.part; i += 256) out[i] = x[i];
    return;
  }
  float mean = 0.0f;
  if (!shape.rms) {
    for (uint i = index; i < shape.part; i += 256) mean += x[i];
    mean = threadgroup_sum(mean, lane, group, parts) / float(shape.part);
  }
  float square = 0.0f;
  for (uint i = index; i < shape.part; i += 256) {
    square = fma(x[i] - mean, x[i] - mean, square);
  }
  square = threadgroup_sum(square, lane, group, parts + 8) / float(shape.part);
  const float scale = 1.0f / sqrt(square + shape.eps);
  for (uint i = index; i < shape.part; i += 256) {
    const float offset = shape.has_bias ? bias[first + i] : 0.0f;
    out[i] = fma((x[i] - mean) * scale, weight[first + i], offset);
  }
}
