#include <metal_stdlib>
using namespace metal;

#include "backward_norm.h"
#include "sums.h"

// hat = (x - mean) · scale, y = hat · weight + bias, and with g = d_y · weight
//   d_x += scale · (g - mean(g) - hat · mean(g · hat))
// where RMSNorm has no means of x and g. moments (rows, parts, 2): mean and
// scale. One threadgroup per part of a row, grid (parts, rows).
[[max_total_threads_per_threadgroup(256)]] kernel void backward_norm_rows(
    device const float* x [[buffer(0)]],
    device const float* weight [[buffer(1)]],
    device const float* d_y [[buffer(2)]], device float* d_x [[buffer(3)]],
    device float* moments [[buffer(4)]],
    constant BackwardNormShape& shape [[buffer(5)]],
    uint2 at [[threadgroup_position_in_grid]],
    uint index [[thread_index_in_threadgroup]],
    uint lane [[thread_index_in_simdgroup]],
    uint group [[simdgroup_index_in_threadgroup]]) {
  threadgroup float parts[32];
  const uint first = at.x * shape.part;
  const ulong begin = ulong(at.y) * shape.cols + first;
  x += begin;
  d_y += begin;
  d_x += begin;
  weight += first;
  const float n = float(shape.part);
  float mean = 0.0f, g_mean = 0.0f;
  if (!shape.rms) {
    for (uint i = index; i < shape.part; i += 256) {
      mean += x[i];
      g_mean = fma(d_y[i], weight[i], g_mean);
    }
    mean = threadgroup_sum(mean, lane, group, parts) / n;
    g_mean = threadgroup_sum(g_mean, lane, group, parts + 8) / n;
  }
  float square = 0.0f, along = 0.0f;
  for (uint i = index; i < shape.part; i += 256) {
    const float centred = x[i] - mean;
    square = fma(centred, centred, square);
    along = fma(d_y[i] * weight[i], centred, along);
  }
  square = threadgroup_sum(square, lane, group, parts + 16) / n;
  const float scale = 1.0f / sqrt(square + shape.eps);
  along = threadgroup_sum(along, lane, group, parts + 24) / n * scale;
  for (uint i = index; i < shape.part; i += 256) {
    const float hat = (x[i] - mean) * scale;
    d_x[i] += scale * (d_y[i] * weight[i] - g_mean - hat * along);
  }
  if (index == 0) {
    moments += 2 * (at.y * (shape.cols / shape.part) + at.x);
    moments[0] = mean;
    moments[1] = scale;
  }
}

// sums (blocks, 2, cols): Σ d_y · hat, then Σ d_y, of a block of rows; grid
// (cols, blocks)
kernel void backward_norm_weights(device const float* x [[buffer(0)]],
                                  device const float* d_y [[buffer(1)]],
                                  device const float* moments [[buffer(2)]],
                                  device float* sums [[buffer(3)]],
                                  constant BackwardNormShape& shape
                                  [[buffer(4)]],
                                  uint2 at [[thread_position_in_grid]]) {
  if (at.x >= shape.cols) return;
  const uint parts = shape.cols / shape.part, part = at.x / shape.part;
  const uint begin = at.y * shape.block;
  const uint end = min(shape.rows, begin + shape.block);
  float weight = 0.0f, bias = 0.0f;
  for (uint l = begin; l < end; ++l) {
    const ulong place = ulong(l) * shape.cols + at.x;
    const uint moment = 2 * (l * parts + part);
    const float hat = (x[place] - moments[moment]) * moments[moment + 1];
    weight = fma(d_y[place], hat, weight);
    bias += d_y[place];
  }
  sums += ulong(at.y) * 2 * shape.cols + at.x;
  sums[0] = weight;
  sums[shape.cols] = bias;
}
