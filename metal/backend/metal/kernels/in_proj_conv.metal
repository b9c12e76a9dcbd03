#include <metal_stdlib>
using namespace metal;

#include "gemv_sums.h"
#include "in_proj_conv.h"
#include "math.h"

// silu of the convolution of a channel when `input` comes in; moves its state
// on. state, weight (d_conv, channels), the last row is the newest.
inline float conv_step(float input, uint channel, constant ConvStepShape& shape,
                       device float* state, device const float* weight,
                       device const float* bias) {
  float sum = shape.has_bias ? bias[channel] : 0.0f;
  const uint end = (shape.d_conv - 1) * shape.channels + channel;
  for (uint i = channel; i < end; i += shape.channels) {
    const float value = state[i + shape.channels];
    state[i] = value;
    sum = fma(weight[i], value, sum);
  }
  state[end] = input;
  return silu(fma(weight[end], input, sum));
}

// One row: its product with the weight, of which some columns go on through
// the convolution; grid (blocks of outputs)
template <typename W>
[[max_total_threads_per_threadgroup(256)]] kernel void in_proj_conv(
    device const float* x [[buffer(0)]], device const W* weight [[buffer(1)]],
    device const float* norm [[buffer(2)]],
    device const float* bias [[buffer(3)]], device float* out [[buffer(4)]],
    device float* state [[buffer(5)]],
    device const float* conv_weight [[buffer(6)]],
    device const float* conv_bias [[buffer(7)]],
    constant GemvShape& shape [[buffer(8)]],
    constant ConvStepShape& conv [[buffer(9)]],
    uint at [[threadgroup_position_in_grid]],
    uint index [[thread_index_in_threadgroup]],
    uint lane [[thread_index_in_simdgroup]],
    uint group [[simdgroup_index_in_threadgroup]]) {
  threadgroup float parts[320];
  const uint outputs = outputs_per_group(shape);
  GemvInputs<W> in = {x, weight, norm, nullptr};
  sum_parts<W, 1>(in, shape, 0, at * outputs, lane, group, parts);
  threadgroup_barrier(mem_flags::mem_threadgroup);

  const uint output = at * outputs + index;
  if (index >= outputs || output >= shape.outputs) return;
  float value = sum_of_parts<1>(parts, shape, 0, index,
                                shape.has_bias ? bias[output] : 0.0f);
  if (output >= conv.begin && output - conv.begin < conv.channels) {
    value = conv_step(value, output - conv.begin, conv, state, conv_weight,
                      conv_bias);
  }
  out[output] = value;
}

// The convolution of a row that is multiplied already, in place; grid
// (channels)
kernel void conv_row(device float* row [[buffer(0)]],
                     device float* state [[buffer(1)]],
                     device const float* weight [[buffer(2)]],
                     device const float* bias [[buffer(3)]],
                     constant ConvStepShape& shape [[buffer(4)]],
                     uint channel [[thread_position_in_grid]]) {
  if (channel >= shape.channels) return;
  row[channel] = conv_step(row[channel], channel, shape, state, weight, bias);
}

template [[host_name("in_proj_conv_f32")]] kernel decltype(in_proj_conv<float>)
    in_proj_conv<float>;
template [[host_name("in_proj_conv_f16")]] kernel decltype(in_proj_conv<half>)
    in_proj_conv<half>;
template [[host_name("in_proj_conv_bf16")]] kernel decltype(in_proj_conv<bf16>)
    in_proj_conv<bf16>;
