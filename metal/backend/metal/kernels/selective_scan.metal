#include <metal_stdlib>
using namespace metal;

#include "math.h"
#include "selective_scan.h"
#include "selective_scan_walk.h"
#include "vectors.h"

constant uint kLanesOfDot = kScanStepThreads / kScanStepChannels;
constant uint kStateGroups = kScanStepThreads / kScanStepChannels;

// dt_proj[d] · dt, the part of one of kLanesOfDot lanes
template <typename W>
inline float part_of_dot(device const W* row, device const float* dt, uint rank,
                         uint part) {
  float sum = 0.0f;
  if (rank % 4 == 0) {
    for (uint r = 4 * part; r < rank; r += 4 * kLanesOfDot) {
      const float4 x = float4(dt[r], dt[r + 1], dt[r + 2], dt[r + 3]);
      sum += dot(load4(row + r), x);
    }
  } else {
    for (uint r = part; r < rank; r += kLanesOfDot) {
      sum = fma(widen(row[r]), dt[r], sum);
    }
  }
  return sum;
}

// States group, group + 4, … of a channel; their share of y = C h.
inline float step_states(device const float* A, device const float* B,
                         device const float* C, float delta, float input,
                         uint group, constant ScanShape& shape,
                         device float* state) {
  float y = 0.0f;
  for (uint n = group; n < shape.d_state; n += kStateGroups) {
    const uint i = n * shape.d_inner;
    const float decay = exp2(delta * (A[i] * kLog2e));
    const float h = fma(input, B[n], decay * state[i]);
    state[i] = h;
    y = fma(C[n], h, y);
  }
  return y;
}

// The stage of one token of one sequence; state (N, D) moves on in place. First
// 4 lanes share a channel's row of dt_proj, then 4 simdgroups its states.
template <typename W>
[[max_total_threads_per_threadgroup(128)]] kernel void scan_step(
    device const float* u [[buffer(0)]], device const float* dt [[buffer(1)]],
    device const W* dt_proj [[buffer(2)]],
    device const float* dt_bias [[buffer(3)]],
    device const float* B [[buffer(4)]], device const float* C [[buffer(5)]],
    device const float* A [[buffer(6)]], device const float* D [[buffer(7)]],
    device const float* z [[buffer(8)]], device float* state [[buffer(9)]],
    device float* out [[buffer(10)]], constant ScanShape& shape [[buffer(11)]],
    constant ScanStepArgs& args [[buffer(12)]],
    uint block [[threadgroup_position_in_grid]],
    uint at [[thread_index_in_threadgroup]]) {
  threadgroup float deltas[kScanStepChannels];
  threadgroup float parts[kScanStepThreads];

  const uint of_dot = at / kLanesOfDot;
  const uint row = block * kScanStepChannels + of_dot;
  if (args.dt_rank != 0) {
    float sum = 0.0f;
    if (row < shape.d_inner) {
      sum = part_of_dot(dt_proj + ulong(row) * args.dt_rank, dt, args.dt_rank,
                        at % kLanesOfDot);
    }
    sum += simd_shuffle_xor(sum, ushort(1));
    sum += simd_shuffle_xor(sum, ushort(2));
    if (at % kLanesOfDot == 0) deltas[of_dot] = sum;
  }
  threadgroup_barrier(mem_flags::mem_threadgroup);

  const uint own = at % kScanStepChannels, group = at / kScanStepChannels;
  const uint d = block * kScanStepChannels + own;
  const bool live = d < shape.d_inner;
  const float value = live ? u[d] : 0.0f;
  float y = 0.0f;
  if (live) {
    const float raw = args.dt_rank != 0 ? deltas[own] : dt[d];
    const float delta = scan_delta(biased_dt(raw, dt_bias, d, shape), shape);
    y = step_states(A + d, B, C, delta, delta * value, group, shape, state + d);
  }
  parts[at] = y;
  threadgroup_barrier(mem_flags::mem_threadgroup);
  if (group != 0 || !live) return;
  y = shape.has_D != 0 ? D[d] * value : 0.0f;
  for (uint i = 0; i < kStateGroups; ++i) {
    y += parts[i * kScanStepChannels + own];
  }
  out[d] = shape.has_z != 0 ? y * silu(z[d]) : y;
}

template [[host_name(
    "scan_step_f32")]] kernel decltype(scan_step<float>) scan_step<float>;
template [[host_name(
    "scan_step_f16")]] kernel decltype(scan_step<half>) scan_step<half>;
template [[host_name(
    "scan_step_bf16")]] kernel decltype(scan_step<bf16>) scan_step<bf16>;
