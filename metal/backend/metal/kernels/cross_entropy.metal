#include <metal_stdlib>
using namespace metal;

#include "cross_entropy.h"

constant uint kSimdgroups = 8;
constant uint kThreads = 32 * kSimdgroups;
constant uint kNoTarget = 0xffffffffu;

// One threadgroup per row. The logits become their gradient times scale:
// scale · (softmax(logits) - onehot(target)), or 0 without a target.
[[max_total_threads_per_threadgroup(256)]] kernel void cross_entropy_rows(
    device float* logits [[buffer(0)]],
    device const uint* targets [[buffer(1)]],
    device CrossEntropyRow* out [[buffer(2)]],
    constant CrossEntropyRowsArgs& args [[buffer(3)]],
    uint row [[threadgroup_position_in_grid]],
    uint at [[thread_index_in_threadgroup]],
    uint lane [[thread_index_in_simdgroup]],
    uint group [[simdgroup_index_in_threadgroup]]) {
  threadgroup float parts[2 * kSimdgroups];
  device float* x = logits + ulong(row) * args.cols;
  const uint target = targets[row];
  if (target == kNoTarget) {
    for (uint i = at; i < args.cols; i += kThreads) x[i] = 0.0f;
    if (at == 0) {
      out[row].sum = 1.0f;
      out[row].below_max = 0.0f;
    }
    return;
  }

  float most = -INFINITY;
  for (uint i = at; i < args.cols; i += kThreads) most = max(most, x[i]);
  most = simd_max(most);
  if (lane == 0) parts[group] = most;
  threadgroup_barrier(mem_flags::mem_threadgroup);
  most = parts[0];
  for (uint i = 1; i < kSimdgroups; ++i) most = max(most, parts[i]);

  // A NaN anywhere makes the sum NaN.
  float sum = 0.0f;
  for (uint i = at; i < args.cols; i += kThreads) sum += exp(x[i] - most);
  sum = simd_sum(sum);
  if (lane == 0) parts[kSimdgroups + group] = sum;
  if (at == 0) out[row].below_max = most - x[target];
  threadgroup_barrier(mem_flags::mem_device | mem_flags::mem_threadgroup);
  sum = 0.0f;
  for (uint i = 0; i < kSimdgroups; ++i) sum += parts[kSimdgroups + i];
  if (at == 0) out[row].sum = sum;

  const float factor = args.scale / sum;
  for (uint i = at; i < args.cols; i += kThreads) {
    const float chosen = i == target ? args.scale : 0.0f;
    x[i] = exp(x[i] - most) * factor - chosen;
  }
}
