#include <metal_stdlib>
using namespace metal;

#include "conv_step.h"
#include "decode_states.h"
#include "gemv_sums.h"

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

// The same for the rows of a decode batch: the weight is read once for all of
// them, and each row's state is its own.
template <typename W, uint Rows>
[[max_total_threads_per_threadgroup(256)]] kernel void in_proj_conv_rows(
    device const float* x [[buffer(0)]], device const W* weight [[buffer(1)]],
    device const float* norm [[buffer(2)]],
    device const float* bias [[buffer(3)]], device float* out [[buffer(4)]],
    device const float* conv_weight [[buffer(5)]],
    device const float* conv_bias [[buffer(6)]],
    constant GemvShape& shape [[buffer(7)]],
    constant ConvStepShape& conv [[buffer(8)]], device float* s0 [[buffer(9)]],
    device float* s1 [[buffer(10)]], device float* s2 [[buffer(11)]],
    device float* s3 [[buffer(12)]], device float* s4 [[buffer(13)]],
    device float* s5 [[buffer(14)]], device float* s6 [[buffer(15)]],
    device float* s7 [[buffer(16)]], uint at [[threadgroup_position_in_grid]],
    uint index [[thread_index_in_threadgroup]],
    uint lane [[thread_index_in_simdgroup]],
    uint group [[simdgroup_index_in_threadgroup]]) {
  threadgroup float parts[320];
  const uint outputs = outputs_per_group(shape);
  GemvInputs<W> in = {x, weight, norm, nullptr};
  sum_parts<W, Rows>(in, shape, 0, at * outputs, lane, group, parts);
  threadgroup_barrier(mem_flags::mem_threadgroup);

  const uint row = index / outputs, output = at * outputs + index % outputs;
  if (index >= Rows * outputs || row >= shape.rows || output >= shape.outputs) {
    return;
  }
  float value = sum_of_parts<Rows>(parts, shape, row, index % outputs,
                                   shape.has_bias ? bias[output] : 0.0f);
  if (output >= conv.begin && output - conv.begin < conv.channels) {
    device float* state = state_of(row, s0, s1, s2, s3, s4, s5, s6, s7);
    value = conv_step(value, output - conv.begin, conv, state, conv_weight,
                      conv_bias);
  }
  out[ulong(row) * shape.outputs + output] = value;
}

// The convolution of rows of a decode batch that are multiplied already, in
// place; grid (channels, rows)
kernel void conv_step_rows(
    device float* rows [[buffer(0)]], device const float* weight [[buffer(1)]],
    device const float* bias [[buffer(2)]],
    constant ConvStepShape& shape [[buffer(3)]], device float* s0 [[buffer(4)]],
    device float* s1 [[buffer(5)]], device float* s2 [[buffer(6)]],
    device float* s3 [[buffer(7)]], device float* s4 [[buffer(8)]],
    device float* s5 [[buffer(9)]], device float* s6 [[buffer(10)]],
    device float* s7 [[buffer(11)]], uint2 at [[thread_position_in_grid]]) {
  const uint channel = at.x;
  if (channel >= shape.channels) return;
  device float* state = state_of(at.y, s0, s1, s2, s3, s4, s5, s6, s7);
  device float* place = rows + ulong(at.y) * shape.stride + channel;
  *place = conv_step(*place, channel, shape, state, weight, bias);
}

template [[host_name("in_proj_conv_f32")]] kernel decltype(in_proj_conv<float>)
    in_proj_conv<float>;
template [[host_name("in_proj_conv_f16")]] kernel decltype(in_proj_conv<half>)
    in_proj_conv<half>;
template [[host_name("in_proj_conv_bf16")]] kernel decltype(in_proj_conv<bf16>)
    in_proj_conv<bf16>;
template [[host_name(
    "in_proj_conv_4_f32")]] kernel decltype(in_proj_conv_rows<float, 4>)
    in_proj_conv_rows<float, 4>;
template [[host_name(
    "in_proj_conv_4_f16")]] kernel decltype(in_proj_conv_rows<half, 4>)
    in_proj_conv_rows<half, 4>;
template [[host_name(
    "in_proj_conv_4_bf16")]] kernel decltype(in_proj_conv_rows<bf16, 4>)
    in_proj_conv_rows<bf16, 4>;
template [[host_name(
    "in_proj_conv_8_f32")]] kernel decltype(in_proj_conv_rows<float, 8>)
    in_proj_conv_rows<float, 8>;
template [[host_name(
    "in_proj_conv_8_f16")]] kernel decltype(in_proj_conv_rows<half, 8>)
    in_proj_conv_rows<half, 8>;
template [[host_name(
    "in_proj_conv_8_bf16")]] kernel decltype(in_proj_conv_rows<bf16, 8>)
    in_proj_conv_rows<bf16, 8>;
