#include <metal_stdlib>
using namespace metal;

#include "gemv_sums.h"

// out[l] (+)= norm(x[which[l]]) weightᵀ + bias; grid (blocks of rows, blocks
// of outputs)
template <typename W, uint Rows>
[[max_total_threads_per_threadgroup(256)]] kernel void gemv(
    device const float* x [[buffer(0)]], device const W* weight [[buffer(1)]],
    device const float* norm [[buffer(2)]],
    device const long* which [[buffer(3)]],
    device const float* bias [[buffer(4)]], device float* out [[buffer(5)]],
    constant GemvShape& shape [[buffer(6)]],
    uint2 at [[threadgroup_position_in_grid]],
    uint index [[thread_index_in_threadgroup]],
    uint lane [[thread_index_in_simdgroup]],
    uint group [[simdgroup_index_in_threadgroup]]) {
  threadgroup float parts[320];
  const uint outputs = outputs_per_group(shape);
  GemvInputs<W> in = {x, weight, norm, which};
  sum_parts<W, Rows>(in, shape, at.x * Rows, at.y * outputs, lane, group,
                     parts);
  threadgroup_barrier(mem_flags::mem_threadgroup);

  const uint row = at.x * Rows + index / outputs;
  const uint output = at.y * outputs + index % outputs;
  if (index >= Rows * outputs || row >= shape.rows || output >= shape.outputs) {
    return;
  }
  const float value =
      sum_of_parts<Rows>(parts, shape, index / outputs, index % outputs,
                         shape.has_bias ? bias[output] : 0.0f);
  device float* place = out + ulong(row) * shape.outputs + output;
  *place = shape.accumulate ? *place + value : value;
}

template
    [[host_name("gemv_1_f32")]] kernel decltype(gemv<float, 1>) gemv<float, 1>;
template
    [[host_name("gemv_1_f16")]] kernel decltype(gemv<half, 1>) gemv<half, 1>;
template
    [[host_name("gemv_1_bf16")]] kernel decltype(gemv<bf16, 1>) gemv<bf16, 1>;
template
    [[host_name("gemv_4_f32")]] kernel decltype(gemv<float, 4>) gemv<float, 4>;
template
    [[host_name("gemv_4_f16")]] kernel decltype(gemv<half, 4>) gemv<half, 4>;
template
    [[host_name("gemv_4_bf16")]] kernel decltype(gemv<bf16, 4>) gemv<bf16, 4>;
template
    [[host_name("gemv_8_f32")]] kernel decltype(gemv<float, 8>) gemv<float, 8>;
template
    [[host_name("gemv_8_f16")]] kernel decltype(gemv<half, 8>) gemv<half, 8>;
template
    [[host_name("gemv_8_bf16")]] kernel decltype(gemv<bf16, 8>) gemv<bf16, 8>;
