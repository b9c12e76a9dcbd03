#include <metal_stdlib>
using namespace metal;

#include "conv_rows.h"
#include "math.h"

// What went into the convolution at row `i` of the sequence; rows before it
// are in the state, whose last row is the newest.
inline float input_at(device const float* inputs, device const float* state,
                      constant ConvRowsShape& shape, int i, uint channel) {
  return i >= 0 ? inputs[ulong(i) * shape.stride + channel]
                : state[uint(int(shape.d_conv) + i) * shape.channels + channel];
}

// Before inputs are overwritten: keeps those that each block needs of the block
// before it, and moves the state on. edges (blocks, d_conv - 1, channels);
// grid (channels, blocks)
kernel void conv_edges(device const float* inputs [[buffer(0)]],
                       device float* state [[buffer(1)]],
                       device float* edges [[buffer(2)]],
                       constant ConvRowsShape& shape [[buffer(3)]],
                       uint2 at [[thread_position_in_grid]]) {
  const uint channel = at.x, before = shape.d_conv - 1;
  if (channel >= shape.channels) return;
  edges += ulong(at.y) * before * shape.channels;
  for (uint k = 0; k < before; ++k) {
    const int i = int(at.y * shape.block) - int(before) + int(k);
    edges[k * shape.channels + channel] =
        input_at(inputs, state, shape, i, channel);
  }
  // The first block is the only one that reads the state.
  if (at.y > 0) return;
  for (uint k = 0; k < shape.d_conv; ++k) {
    const int i = int(shape.rows) - int(shape.d_conv) + int(k);
    state[k * shape.channels + channel] =
        input_at(inputs, state, shape, i, channel);
  }
}

// raw[l] = inputs[l]; raw (rows, channels); grid (channels, rows)
kernel void conv_copy(device const float* inputs [[buffer(0)]],
                      device float* raw [[buffer(1)]],
                      constant ConvRowsShape& shape [[buffer(2)]],
                      uint2 at [[thread_position_in_grid]]) {
  if (at.x >= shape.channels) return;
  raw[ulong(at.y) * shape.channels + at.x] =
      inputs[ulong(at.y) * shape.stride + at.x];
}

// A thread walks a block backwards, so that it never needs an input that it
// has overwritten; grid (channels, blocks)
kernel void conv_rows(device float* rows [[buffer(0)]],
                      device const float* edges [[buffer(1)]],
                      device const float* weight [[buffer(2)]],
                      device const float* bias [[buffer(3)]],
                      constant ConvRowsShape& shape [[buffer(4)]],
                      uint2 at [[thread_position_in_grid]]) {
  const uint channel = at.x, before = shape.d_conv - 1;
  if (channel >= shape.channels) return;
  const uint begin = at.y * shape.block;
  const uint count = min(shape.block, shape.rows - begin);
  device float* column = rows + ulong(begin) * shape.stride + channel;
  edges += ulong(at.y) * before * shape.channels + channel;
  for (uint l = count; l-- > 0;) {
    float sum = shape.has_bias ? bias[channel] : 0.0f;
    for (uint k = 0; k <= before; ++k) {
      const uint i = l + k;  // from d_conv - 1 rows before the block on
      const float input = i < before ? edges[i * shape.channels]
                                     : column[ulong(i - before) * shape.stride];
      sum = fma(weight[k * shape.channels + channel], input, sum);
    }
    column[ulong(l) * shape.stride] = silu(sum);
  }
}
