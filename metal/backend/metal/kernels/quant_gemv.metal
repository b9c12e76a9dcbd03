#include <metal_stdlib>
using namespace metal;

#include "quant_sums.h"

// As gemv.metal, of a quantised weight; grid (blocks of rows, blocks of
// outputs, those of the tail behind)
template <typename Q, uint Rows>
[[max_total_threads_per_threadgroup(256)]] kernel void quant_gemv(
    device const float* x [[buffer(0)]], device const Q* weight [[buffer(1)]],
    device const float* norm [[buffer(2)]],
    device const long* which [[buffer(3)]],
    device const float* bias [[buffer(4)]], device float* out [[buffer(5)]],
    constant GemvShape& shape [[buffer(6)]],
    constant GemvShape& tail [[buffer(7)]],
    uint2 at [[threadgroup_position_in_grid]],
    uint index [[thread_index_in_threadgroup]],
    uint lane [[thread_index_in_simdgroup]],
    uint group [[simdgroup_index_in_threadgroup]]) {
  threadgroup half4 numbers[QuantPart<Rows>::all_quads];
  threadgroup float scales[QuantPart<Rows>::all_blocks];
  threadgroup float parts[QuantPart<Rows>::all_parts];
  QuantMemory memory = {numbers, scales, parts};
  GemvInputs<Q> in = {x, weight, norm, which};
  const QuantGroup own = quant_group(at.y, shape, tail);
  sum_quant_group<Q, Rows>(in, shape, tail, own, at.x * Rows, lane, group,
                           memory);

  const uint width = shape.outputs + tail.outputs;
  for (uint i = index; i < Rows * own.outputs; i += 256) {
    const uint row = at.x * Rows + i / own.outputs;
    const uint output = quant_output(shape, tail, own, i % own.outputs);
    if (row >= shape.rows || output >= width) continue;
    const float value = quant_value<Rows>(parts, shape, tail, own,
                                          i / own.outputs, i % own.outputs,
                                          shape.has_bias ? bias[output] : 0.0f);
    device float* place = out + ulong(row) * width + output;
    *place = shape.accumulate ? *place + value : value;
  }
}

template [[host_name(
    "gemv_1_q8")]] kernel decltype(quant_gemv<Q8, 1>) quant_gemv<Q8, 1>;
template [[host_name(
    "gemv_1_q4")]] kernel decltype(quant_gemv<Q4, 1>) quant_gemv<Q4, 1>;
template [[host_name(
    "gemv_4_q8")]] kernel decltype(quant_gemv<Q8, 4>) quant_gemv<Q8, 4>;
template [[host_name(
    "gemv_4_q4")]] kernel decltype(quant_gemv<Q4, 4>) quant_gemv<Q4, 4>;
template [[host_name(
    "gemv_8_q8")]] kernel decltype(quant_gemv<Q8, 8>) quant_gemv<Q8, 8>;
template [[host_name(
    "gemv_8_q4")]] kernel decltype(quant_gemv<Q4, 8>) quant_gemv<Q4, 8>;
