#include <metal_stdlib>
using namespace metal;

#include "decode_states.h"
#include "math.h"
#include "selective_scan.h"
#include "selective_scan_walk.h"
#include "vectors.h"

constant uint kLanesOfDot = kScanStepThreads / kScanStepChannels;
constant uint kStateGroups = kScanStepThreads / kScanStepChannels;

// What a step reads, and where its result goes: rows of a decode batch.
template <typename W>
struct StepArrays {
  device const float* u;
  device const float* dt;
  device const W* dt_proj;
  device const float* dt_bias;
  device const float* B;
  device const float* C;
  device const float* A;
  device const float* D;
  device const float* z;
  device float* out;
};

// Of the rows that a threadgroup steps; `count` of them are there.
template <uint Rows>
struct StepRows {
  uint first, count;
  device float* state[Rows];
};

// dt_proj[d] · dt of each row, the part of one of kLanesOfDot lanes
template <typename W, uint Rows>
inline void parts_of_dots(device const W* row, device const float* dt,
                          uint stride, uint rank, uint part, uint count,
                          thread float* sums) {
  if (rank % 4 == 0) {
    for (uint r = 4 * part; r < rank; r += 4 * kLanesOfDot) {
      const float4 w = load4(row + r);
#pragma unroll
      for (uint b = 0; b < Rows; ++b) {
        if (b >= count) break;
        device const float* x = dt + ulong(b) * stride + r;
        sums[b] += dot(w, float4(x[0], x[1], x[2], x[3]));
      }
    }
  } else {
    for (uint r = part; r < rank; r += kLanesOfDot) {
      const float w = widen(row[r]);
#pragma unroll
      for (uint b = 0; b < Rows; ++b) {
        if (b >= count) break;
        sums[b] = fma(w, dt[ulong(b) * stride + r], sums[b]);
      }
    }
  }
}

// dt_proj[d] · dt of each row: [row][channel] in `deltas`, before the bias.
template <typename W, uint Rows>
inline void project_dt(StepArrays<W> in, constant ScanShape& shape, uint rank,
                       uint block, uint at, StepRows<Rows> rows,
                       threadgroup float* deltas) {
  const uint channel = at / kLanesOfDot;
  const uint d = block * kScanStepChannels + channel;
  float sums[Rows];
#pragma unroll
  for (uint b = 0; b < Rows; ++b) sums[b] = 0.0f;
  if (d < shape.d_inner) {
    parts_of_dots<W, Rows>(in.dt_proj + ulong(d) * rank,
                           in.dt + ulong(rows.first) * shape.dt_stride,
                           shape.dt_stride, rank, at % kLanesOfDot, rows.count,
                           sums);
  }
#pragma unroll
  for (uint b = 0; b < Rows; ++b) {
    float sum = sums[b];
    sum += simd_shuffle_xor(sum, ushort(1));
    sum += simd_shuffle_xor(sum, ushort(2));
    if (at % kLanesOfDot == 0) deltas[b * kScanStepChannels + channel] = sum;
  }
}

// dt of channel d of each row; deltas as project_dt() leaves them.
template <typename W, uint Rows>
inline void load_dt(StepArrays<W> in, constant ScanShape& shape, uint rank,
                    uint d, StepRows<Rows> rows,
                    threadgroup const float* deltas, thread float* delta) {
#pragma unroll
  for (uint b = 0; b < Rows; ++b) {
    if (b >= rows.count) break;
    const float raw =
        rank != 0 ? deltas[b * kScanStepChannels + d % kScanStepChannels]
                  : in.dt[ulong(rows.first + b) * shape.dt_stride + d];
    delta[b] = scan_delta(biased_dt(raw, in.dt_bias, d, shape), shape);
  }
}

// States group, group + 4, … of channel d of each row; their share of y = C h.
template <typename W, uint Rows>
inline void step_states(StepArrays<W> in, constant ScanShape& shape, uint d,
                        uint group, StepRows<Rows> rows,
                        thread const float* delta, thread float* y) {
  device const float* B = in.B + ulong(rows.first) * shape.bc_stride;
  device const float* C = in.C + ulong(rows.first) * shape.bc_stride;
  device const float* u = in.u + ulong(rows.first) * shape.u_stride + d;
  float input[Rows];
#pragma unroll
  for (uint b = 0; b < Rows; ++b) {
    if (b >= rows.count) break;
    input[b] = delta[b] * u[ulong(b) * shape.u_stride];
  }
  for (uint n = group; n < shape.d_state; n += kStateGroups) {
    const uint i = n * shape.d_inner + d;
    const float a = in.A[i] * kLog2e;
#pragma unroll
    for (uint b = 0; b < Rows; ++b) {
      if (b >= rows.count) break;
      const ulong of_row = ulong(b) * shape.bc_stride + n;
      const float decay = exp2(delta[b] * a);
      const float h = fma(input[b], B[of_row], decay * rows.state[b][i]);
      rows.state[b][i] = h;
      y[b] = fma(C[of_row], h, y[b]);
    }
  }
}

// The stage of one token of each row; states (N, D) move on in place. First 4
// lanes share a channel's row of dt_proj, then 4 simdgroups its states. Weights
// are read once for all rows; a row's bits do not depend on the others. deltas
// (Rows, 32), parts (Rows, 128)
template <typename W, uint Rows>
inline void step_rows(StepArrays<W> in, constant ScanShape& shape, uint rank,
                      uint block, uint at, StepRows<Rows> rows,
                      threadgroup float* deltas, threadgroup float* parts) {
  if (rank != 0) {
    project_dt<W, Rows>(in, shape, rank, block, at, rows, deltas);
  }
  threadgroup_barrier(mem_flags::mem_threadgroup);

  const uint own = at % kScanStepChannels, group = at / kScanStepChannels;
  const uint d = block * kScanStepChannels + own;
  const bool live = d < shape.d_inner;
  float delta[Rows], y[Rows];
#pragma unroll
  for (uint b = 0; b < Rows; ++b) y[b] = 0.0f;
  if (live) {
    load_dt<W, Rows>(in, shape, rank, d, rows, deltas, delta);
    step_states<W, Rows>(in, shape, d, group, rows, delta, y);
  }
#pragma unroll
  for (uint b = 0; b < Rows; ++b) parts[b * kScanStepThreads + at] = y[b];
  threadgroup_barrier(mem_flags::mem_threadgroup);
  if (!live) return;
  for (uint b = group; b < rows.count; b += kStateGroups) {
    const ulong row = rows.first + b;
    float sum =
        shape.has_D != 0 ? in.D[d] * in.u[row * shape.u_stride + d] : 0.0f;
    for (uint i = 0; i < kStateGroups; ++i) {
      sum += parts[b * kScanStepThreads + i * kScanStepChannels + own];
    }
    in.out[row * shape.d_inner + d] =
        shape.has_z != 0 ? sum * silu(in.z[row * shape.z_stride + d]) : sum;
  }
}

// One sequence; grid (blocks of channels)
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
  StepArrays<W> in = {u, dt, dt_proj, dt_bias, B, C, A, D, z, out};
  StepRows<1> rows = {0, 1, {state}};
  step_rows<W, 1>(in, shape, args.dt_rank, block, at, rows, deltas, parts);
}

// A decode batch of up to kDecodeRows; grid (groups of rows, blocks of
// channels): threadgroups that read the same weights run side by side.
template <typename W>
[[max_total_threads_per_threadgroup(128)]] kernel void scan_step_rows(
    device const float* u [[buffer(0)]], device const float* dt [[buffer(1)]],
    device const W* dt_proj [[buffer(2)]],
    device const float* dt_bias [[buffer(3)]],
    device const float* B [[buffer(4)]], device const float* C [[buffer(5)]],
    device const float* A [[buffer(6)]], device const float* D [[buffer(7)]],
    device const float* z [[buffer(8)]], device float* out [[buffer(9)]],
    constant ScanShape& shape [[buffer(10)]],
    constant ScanStepArgs& args [[buffer(11)]], device float* s0 [[buffer(12)]],
    device float* s1 [[buffer(13)]], device float* s2 [[buffer(14)]],
    device float* s3 [[buffer(15)]], device float* s4 [[buffer(16)]],
    device float* s5 [[buffer(17)]], device float* s6 [[buffer(18)]],
    device float* s7 [[buffer(19)]],
    uint2 block [[threadgroup_position_in_grid]],
    uint at [[thread_index_in_threadgroup]]) {
  threadgroup float deltas[kScanStepRows * kScanStepChannels];
  threadgroup float parts[kScanStepRows * kScanStepThreads];
  StepArrays<W> in = {u, dt, dt_proj, dt_bias, B, C, A, D, z, out};
  StepRows<kScanStepRows> rows;
  rows.first = block.x * kScanStepRows;
  rows.count = min(uint(kScanStepRows), shape.rows - rows.first);
#pragma unroll
  for (uint b = 0; b < kScanStepRows; ++b) {
    rows.state[b] = state_of(rows.first + b, s0, s1, s2, s3, s4, s5, s6, s7);
  }
  step_rows<W, kScanStepRows>(in, shape, args.dt_rank, block.y, at, rows,
                              deltas, parts);
}

template [[host_name(
    "scan_step_f32")]] kernel decltype(scan_step<float>) scan_step<float>;
template [[host_name(
    "scan_step_f16")]] kernel decltype(scan_step<half>) scan_step<half>;
template [[host_name(
    "scan_step_bf16")]] kernel decltype(scan_step<bf16>) scan_step<bf16>;
template
    [[host_name("scan_step_rows_f32")]] kernel decltype(scan_step_rows<float>)
        scan_step_rows<float>;
template
    [[host_name("scan_step_rows_f16")]] kernel decltype(scan_step_rows<half>)
        scan_step_rows<half>;
template
    [[host_name("scan_step_rows_bf16")]] kernel decltype(scan_step_rows<bf16>)
        scan_step_rows<bf16>;
