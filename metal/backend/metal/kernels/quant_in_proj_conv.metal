#include <metal_stdlib>
using namespace metal;

#include "conv_step.h"
#include "decode_states.h"
#include "quant_sums.h"

// As in_proj_conv.metal, of a quantised weight; grid (blocks of outputs, those
// of the tail behind)
template <typename Q>
[[max_total_threads_per_threadgroup(256)]] kernel void quant_in_proj_conv(
    device const float* x [[buffer(0)]], device const Q* weight [[buffer(1)]],
    device const float* norm [[buffer(2)]],
    device const float* bias [[buffer(3)]], device float* out [[buffer(4)]],
    device float* state [[buffer(5)]],
    device const float* conv_weight [[buffer(6)]],
    device const float* conv_bias [[buffer(7)]],
    constant GemvShape& shape [[buffer(8)]],
    constant ConvStepShape& conv [[buffer(9)]],
    constant GemvShape& tail [[buffer(10)]],
    uint at [[threadgroup_position_in_grid]],
    uint index [[thread_index_in_threadgroup]],
    uint lane [[thread_index_in_simdgroup]],
    uint group [[simdgroup_index_in_threadgroup]]) {
  threadgroup half4 numbers[QuantPart<1>::all_quads];
  threadgroup float scales[QuantPart<1>::all_blocks];
  threadgroup float parts[QuantPart<1>::all_parts];
  QuantMemory memory = {numbers, scales, parts};
  GemvInputs<Q> in = {x, weight, norm, nullptr};
  const QuantGroup own = quant_group(at, shape, tail);
  sum_quant_group<Q, 1>(in, shape, tail, own, 0, lane, group, memory);

  const uint output = quant_output(shape, tail, own, index);
  if (index >= own.outputs || output >= shape.outputs + tail.outputs) return;
  float value = quant_value<1>(parts, shape, tail, own, 0, index,
                               shape.has_bias ? bias[output] : 0.0f);
  if (output >= conv.begin && output - conv.begin < conv.channels) {
    value = conv_step(value, output - conv.begin, conv, state, conv_weight,
                      conv_bias);
  }
  out[output] = value;
}

// The same for the rows of a decode batch.
template <typename Q, uint Rows>
[[max_total_threads_per_threadgroup(256)]] kernel void quant_in_proj_conv_rows(
    device const float* x [[buffer(0)]], device const Q* weight [[buffer(1)]],
    device const float* norm [[buffer(2)]],
    device const float* bias [[buffer(3)]], device float* out [[buffer(4)]],
    device const float* conv_weight [[buffer(5)]],
    device const float* conv_bias [[buffer(6)]],
    constant GemvShape& shape [[buffer(7)]],
    constant ConvStepShape& conv [[buffer(8)]], device float* s0 [[buffer(9)]],
    device float* s1 [[buffer(10)]], device float* s2 [[buffer(11)]],
    device float* s3 [[buffer(12)]], device float* s4 [[buffer(13)]],
    device float* s5 [[buffer(14)]], device float* s6 [[buffer(15)]],
    device float* s7 [[buffer(16)]], constant GemvShape& tail [[buffer(17)]],
    uint at [[threadgroup_position_in_grid]],
    uint index [[thread_index_in_threadgroup]],
    uint lane [[thread_index_in_simdgroup]],
    uint group [[simdgroup_index_in_threadgroup]]) {
  threadgroup half4 numbers[QuantPart<Rows>::all_quads];
  threadgroup float scales[QuantPart<Rows>::all_blocks];
  threadgroup float parts[QuantPart<Rows>::all_parts];
  QuantMemory memory = {numbers, scales, parts};
  GemvInputs<Q> in = {x, weight, norm, nullptr};
  const QuantGroup own = quant_group(at, shape, tail);
  sum_quant_group<Q, Rows>(in, shape, tail, own, 0, lane, group, memory);

  const uint width = shape.outputs + tail.outputs;
  for (uint i = index; i < Rows * own.outputs; i += 256) {
    const uint row = i / own.outputs, own_output = i % own.outputs;
    const uint output = quant_output(shape, tail, own, own_output);
    if (row >= shape.rows || output >= width) continue;
    float value = quant_value<Rows>(parts, shape, tail, own, row, own_output,
                                    shape.has_bias ? bias[output] : 0.0f);
    if (output >= conv.begin && output - conv.begin < conv.channels) {
      device float* state = state_of(row, s0, s1, s2, s3, s4, s5, s6, s7);
      value = conv_step(value, output - conv.begin, conv, state, conv_weight,
                        conv_bias);
    }
    out[ulong(row) * width + output] = value;
  }
}

template
    [[host_name("in_proj_conv_q8")]] kernel decltype(quant_in_proj_conv<Q8>)
        quant_in_proj_conv<Q8>;
template
    [[host_name("in_proj_conv_q4")]] kernel decltype(quant_in_proj_conv<Q4>)
        quant_in_proj_conv<Q4>;
template [[host_name(
    "in_proj_conv_4_q8")]] kernel decltype(quant_in_proj_conv_rows<Q8, 4>)
    quant_in_proj_conv_rows<Q8, 4>;
template [[host_name(
    "in_proj_conv_4_q4")]] kernel decltype(quant_in_proj_conv_rows<Q4, 4>)
    quant_in_proj_conv_rows<Q4, 4>;
template [[host_name(
    "in_proj_conv_8_q8")]] kernel decltype(quant_in_proj_conv_rows<Q8, 8>)
    quant_in_proj_conv_rows<Q8, 8>;
template [[host_name(
    "in_proj_conv_8_q4")]] kernel decltype(quant_in_proj_conv_rows<Q4, 8>)
    quant_in_proj_conv_rows<Q4, 8>;
