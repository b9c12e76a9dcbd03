#include <metal_stdlib>
using namespace metal;

#include "backward_conv.h"
#include "math.h"

// The forward was
//   s[l] = Σ_k weight[k] raw[l - (K-1) + k] + bias,  out = silu(s)
// d_s = silu'(s) · d_out. raw, d_s (rows, channels); grid (channels, rows)
kernel void backward_conv_sums(device const float* raw [[buffer(0)]],
                               device const float* weight [[buffer(1)]],
                               device const float* bias [[buffer(2)]],
                               device const float* d_out [[buffer(3)]],
                               device float* d_s [[buffer(4)]],
                               constant BackwardConvShape& shape [[buffer(5)]],
                               uint2 at [[thread_position_in_grid]]) {
  const uint channels = shape.channels, before = shape.d_conv - 1;
  if (at.x >= channels) return;
  float sum = shape.has_bias ? bias[at.x] : 0.0f;
  for (uint k = before - min(before, at.y); k <= before; ++k) {
    sum = fma(weight[k * channels + at.x],
              raw[ulong(at.y + k - before) * channels + at.x], sum);
  }
  const float d = d_out[ulong(at.y) * shape.outputs + shape.conv_begin + at.x];
  d_s[ulong(at.y) * channels + at.x] = silu_slope(sum) * d;
}

// Of a block of rows: Σ_l d_s[l] raw[l - (K-1) + k], and behind these (k = K)
// Σ_l d_s[l]. parts (blocks, K + 1, channels); grid (channels, blocks, K + 1)
kernel void backward_conv_weights(device const float* raw [[buffer(0)]],
                                  device const float* d_s [[buffer(1)]],
                                  device float* parts [[buffer(2)]],
                                  constant BackwardConvShape& shape
                                  [[buffer(3)]],
                                  uint3 at [[thread_position_in_grid]]) {
  const uint channels = shape.channels, k = at.z;
  if (at.x >= channels) return;
  const bool is_bias = k == shape.d_conv;
  const uint back = is_bias ? 0 : shape.d_conv - 1 - k;
  const uint end = min(shape.rows, (at.y + 1) * shape.block);
  float sum = 0.0f;
  for (uint l = max(at.y * shape.block, back); l < end; ++l) {
    const float input = is_bias ? 1.0f : raw[ulong(l - back) * channels + at.x];
    sum = fma(d_s[ulong(l) * channels + at.x], input, sum);
  }
  parts[(ulong(at.y) * (shape.d_conv + 1) + k) * channels + at.x] = sum;
}

// d_p, the gradient of what in_proj gave: Σ_k weight[k] d_s[l + (K-1) - k] in
// the columns of the convolution, d_out in the others; grid (outputs, rows)
kernel void backward_conv_inputs(device const float* d_s [[buffer(0)]],
                                 device const float* weight [[buffer(1)]],
                                 device const float* d_out [[buffer(2)]],
                                 device float* d_p [[buffer(3)]],
                                 constant BackwardConvShape& shape
                                 [[buffer(4)]],
                                 uint2 at [[thread_position_in_grid]]) {
  if (at.x >= shape.outputs) return;
  const ulong place = ulong(at.y) * shape.outputs + at.x;
  const uint channels = shape.channels, channel = at.x - shape.conv_begin;
  if (at.x < shape.conv_begin || channel >= channels) {
    d_p[place] = d_out[place];
    return;
  }
  const uint ahead = min(shape.d_conv, shape.rows - at.y);
  float sum = 0.0f;
  for (uint i = 0; i < ahead; ++i) {
    sum = fma(weight[(shape.d_conv - 1 - i) * channels + channel],
              d_s[ulong(at.y + i) * channels + channel], sum);
  }
  d_p[place] = sum;
}
