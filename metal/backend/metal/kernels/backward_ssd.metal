#include <metal_stdlib>
using namespace metal;

#include "backward_ssd.h"
#include "math.h"
#include "ssd.h"
#include "ssd_delta.h"

// Mamba 2's recurrence is that of Mamba with one dt, A and D for all columns of
// a head: what a head has is spread over its columns, and the gradients that
// its columns get are collected.

// delta (rows, H P), and 0 in its gradient; grid (H P, rows).
kernel void ssd_spread_dt(device const float* dt [[buffer(0)]],
                          device const float* dt_bias [[buffer(1)]],
                          device float* delta [[buffer(2)]],
                          device float* d_delta [[buffer(3)]],
                          constant SsdShape& shape [[buffer(4)]],
                          uint2 at [[thread_position_in_grid]]) {
  const uint width = shape.heads * shape.headdim;
  if (at.x >= width) return;
  const uint head = at.x / shape.headdim;
  const ulong i = ulong(at.y) * width + at.x;
  delta[i] =
      ssd_delta(dt[ulong(at.y) * shape.stride + head] + dt_bias[head], shape);
  d_delta[i] = 0.0f;
}

// A (G, N, H P / G) and D (H P), and 0 in their gradients; grid (H P).
kernel void ssd_spread_weights(device const float* head_A [[buffer(0)]],
                               device const float* head_D [[buffer(1)]],
                               device float* A [[buffer(2)]],
                               device float* D [[buffer(3)]],
                               device float* d_A [[buffer(4)]],
                               device float* d_D [[buffer(5)]],
                               constant SsdShape& shape [[buffer(6)]],
                               uint at [[thread_position_in_grid]]) {
  const uint width = shape.heads * shape.headdim;
  if (at >= width) return;
  const uint head = at / shape.headdim, columns = width / shape.groups;
  const ulong first =
      ulong(at / columns) * shape.d_state * columns + at % columns;
  D[at] = head_D[head];
  d_D[at] = 0.0f;
  for (uint n = 0; n < shape.d_state; ++n) {
    A[first + n * columns] = head_A[head];
    d_A[first + n * columns] = 0.0f;
  }
}

// From the gradient of delta to that of raw dt: d_raw (rows, H), also added to
// d_dt. One SIMD-group each; grid (heads, rows).
[[max_total_threads_per_threadgroup(32)]] kernel void ssd_collect_dt(
    device const float* d_delta [[buffer(0)]],
    device const float* dt [[buffer(1)]],
    device const float* dt_bias [[buffer(2)]], device float* d_dt [[buffer(3)]],
    device float* d_raw [[buffer(4)]], constant SsdShape& shape [[buffer(5)]],
    uint2 at [[threadgroup_position_in_grid]],
    uint lane [[thread_index_in_threadgroup]]) {
  const uint head = at.x;
  const ulong row = ulong(at.y) * shape.heads + head;
  float sum = 0.0f;
  for (uint p = lane; p < shape.headdim; p += 32) {
    sum += d_delta[row * shape.headdim + p];
  }
  sum = simd_sum(sum);
  if (lane != 0) return;
  const ulong i = ulong(at.y) * shape.stride + head;
  const float raw = dt[i] + dt_bias[head];
  const float positive = softplus(raw);
  // Where dt is held at a limit, it does not follow.
  const bool held = positive < shape.dt_min || positive > shape.dt_max;
  const float result = held ? 0.0f : sum * sigmoid(raw);
  d_raw[row] = result;
  d_dt[i] += result;
}

// The gradients of a head's A and D, added; one SIMD-group each, grid (heads).
[[max_total_threads_per_threadgroup(32)]] kernel void ssd_collect_weights(
    device const float* d_A [[buffer(0)]],
    device const float* d_D [[buffer(1)]], device float* head_A [[buffer(2)]],
    device float* head_D [[buffer(3)]], constant SsdShape& shape [[buffer(4)]],
    constant SsdCollectArgs& args [[buffer(5)]],
    uint head [[threadgroup_position_in_grid]],
    uint lane [[thread_index_in_threadgroup]]) {
  const uint columns = shape.heads * shape.headdim / shape.groups;
  const uint first = head * shape.headdim;
  d_A += ulong(first / columns) * shape.d_state * columns + first % columns;
  float of_A = 0.0f, of_D = 0.0f;
  for (uint p = lane; p < shape.headdim; p += 32) {
    of_D += d_D[first + p];
    for (uint n = 0; n < shape.d_state; ++n) of_A += d_A[n * columns + p];
  }
  of_A = simd_sum(of_A);
  of_D = simd_sum(of_D);
  if (lane != 0) return;
  if (args.d_A != 0) head_A[head] += of_A;
  if (args.d_D != 0) head_D[head] += of_D;
}
