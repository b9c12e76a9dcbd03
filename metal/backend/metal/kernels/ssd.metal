#include <metal_stdlib>
using namespace metal;

#include "decode_states.h"
#include "math.h"
#include "ssd.h"
#include "ssd_delta.h"

constant uint kSimdgroups = 8;
constant uint kAhead = 4;  // rows of the state that a lane asks for at once

inline void load(device const float* from, thread float& to) { to = *from; }
inline void load(device const float* from, thread float4& to) {
  to = float4(from[0], from[1], from[2], from[3]);
}
inline void store(float from, threadgroup float* to) { *to = from; }
inline void store(float4 from, threadgroup float* to) {
  for (uint i = 0; i < 4; ++i) to[i] = from[i];
}

// Rows begin, begin + step, … of the state, `across` numbers apart, move on by
// one token; their share of y = C h.
template <typename Stored, typename V>
inline V step_state(device Stored* state, uint across, uint begin, uint end,
                    uint step, device const float* B, device const float* C,
                    float keep, V input) {
  V y = V(0.0f);
  for (uint n = begin; n < end; n += kAhead * step) {
    V h[kAhead];
    for (uint i = 0; i < kAhead; ++i) {
      const uint row = n + i * step;
      h[i] = row < end ? V(state[row * across]) : V(0.0f);
    }
    for (uint i = 0; i < kAhead; ++i) {
      const uint row = n + i * step;
      if (row >= end) break;
      h[i] = fma(V(keep), h[i], B[row] * input);
      state[row * across] = Stored(h[i]);
      y = fma(V(C[row]), h[i], y);
    }
  }
  return y;
}

// What steps read, and where their results go.
struct SsdArrays {
  device const float* z;
  device const float* x;
  device const float* B;
  device const float* C;
  device const float* dt;
  device const float* dt_bias;
  device const float* A;
  device const float* D;
  device float* out;
};

// Rows [row, end) of a sequence, one after the other, in kSsdStepColumns
// columns of a head; its state (N, P) moves on in place. SIMD-groups share the
// rows of the state, a lane has one or four columns next to each other. The
// order of sums depends on N and P alone. `at` (columns, head), parts (8, 32)
template <typename Stored, typename V>
inline void walk_rows(SsdArrays in, device Stored* state,
                      constant SsdShape& shape, uint row, uint end, uint2 at,
                      uint lane, uint simdgroup, threadgroup float* parts) {
  const uint width = sizeof(Stored) / sizeof(float);
  const uint lanes = kSsdStepColumns / width;  // of one row of the state
  const uint head = at.y, own = lane % lanes * width;
  const uint column = at.x * kSsdStepColumns + own;
  const bool inside = column < shape.headdim;
  const uint group = head / (shape.heads / shape.groups) * shape.d_state;
  const uint across = shape.headdim / width;
  state += ulong(head) * shape.d_state * across + column / width;
  const uint last_column = at.x * kSsdStepColumns + lane;
  const uint of_row = head * shape.headdim + last_column;

  for (; row < end; ++row) {
    const ulong first = ulong(row) * shape.stride;
    const float delta =
        ssd_delta(in.dt[first + head] + in.dt_bias[head], shape);
    V input = V(0.0f);
    if (inside) load(in.x + first + head * shape.headdim + column, input);
    V y = step_state<Stored, V>(state, across, simdgroup * width + lane / lanes,
                                inside ? shape.d_state : 0, kSimdgroups * width,
                                in.B + first + group, in.C + first + group,
                                exp(delta * in.A[head]), delta * input);
    for (uint i = lanes; i < 32; i *= 2) y += simd_shuffle_xor(y, ushort(i));
    threadgroup_barrier(mem_flags::mem_threadgroup);
    if (lane < lanes) store(y, parts + simdgroup * kSsdStepColumns + own);
    threadgroup_barrier(mem_flags::mem_threadgroup);
    if (simdgroup != 0 || last_column >= shape.headdim) continue;
    float sum = in.D[head] * in.x[first + of_row];
    for (uint i = 0; i < kSimdgroups; ++i) {
      sum += parts[i * kSsdStepColumns + lane];
    }
    in.out[ulong(row) * shape.heads * shape.headdim + of_row] =
        sum * silu(in.z[first + of_row]);
  }
}

// A few rows of a sequence; grid (columns, heads)
template <typename Stored, typename V>
[[max_total_threads_per_threadgroup(256)]] kernel void ssd_steps(
    device const float* z [[buffer(0)]], device const float* x [[buffer(1)]],
    device const float* B [[buffer(2)]], device const float* C [[buffer(3)]],
    device const float* dt [[buffer(4)]],
    device const float* dt_bias [[buffer(5)]],
    device const float* A [[buffer(6)]], device const float* D [[buffer(7)]],
    device Stored* state [[buffer(8)]], device float* out [[buffer(9)]],
    constant SsdShape& shape [[buffer(10)]],
    uint2 at [[threadgroup_position_in_grid]],
    uint lane [[thread_index_in_simdgroup]],
    uint simdgroup [[simdgroup_index_in_threadgroup]]) {
  threadgroup float parts[kSimdgroups * kSsdStepColumns];
  SsdArrays in = {z, x, B, C, dt, dt_bias, A, D, out};
  walk_rows<Stored, V>(in, state, shape, 0, shape.rows, at, lane, simdgroup,
                       parts);
}

// A decode batch of up to kDecodeRows; grid (columns, heads, rows)
template <typename Stored, typename V>
[[max_total_threads_per_threadgroup(256)]] kernel void ssd_step_rows(
    device const float* z [[buffer(0)]], device const float* x [[buffer(1)]],
    device const float* B [[buffer(2)]], device const float* C [[buffer(3)]],
    device const float* dt [[buffer(4)]],
    device const float* dt_bias [[buffer(5)]],
    device const float* A [[buffer(6)]], device const float* D [[buffer(7)]],
    device float* out [[buffer(8)]], constant SsdShape& shape [[buffer(9)]],
    device Stored* s0 [[buffer(10)]], device Stored* s1 [[buffer(11)]],
    device Stored* s2 [[buffer(12)]], device Stored* s3 [[buffer(13)]],
    device Stored* s4 [[buffer(14)]], device Stored* s5 [[buffer(15)]],
    device Stored* s6 [[buffer(16)]], device Stored* s7 [[buffer(17)]],
    uint3 at [[threadgroup_position_in_grid]],
    uint lane [[thread_index_in_simdgroup]],
    uint simdgroup [[simdgroup_index_in_threadgroup]]) {
  threadgroup float parts[kSimdgroups * kSsdStepColumns];
  SsdArrays in = {z, x, B, C, dt, dt_bias, A, D, out};
  device Stored* state = state_of(at.z, s0, s1, s2, s3, s4, s5, s6, s7);
  walk_rows<Stored, V>(in, state, shape, at.z, at.z + 1, at.xy, lane, simdgroup,
                       parts);
}

template
    [[host_name("ssd_steps_by_1")]] kernel decltype(ssd_steps<float, float>)
        ssd_steps<float, float>;
template [[host_name(
    "ssd_steps_by_4")]] kernel decltype(ssd_steps<packed_float4, float4>)
    ssd_steps<packed_float4, float4>;
template [[host_name(
    "ssd_step_rows_by_1")]] kernel decltype(ssd_step_rows<float, float>)
    ssd_step_rows<float, float>;
template [[host_name(
    "ssd_step_rows_by_4")]] kernel decltype(ssd_step_rows<packed_float4,
                                                          float4>)
    ssd_step_rows<packed_float4, float4>;
