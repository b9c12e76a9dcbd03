#include <metal_stdlib>
using namespace metal;

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

// A few rows of a sequence, one after the other, in kSsdStepColumns columns of
// a head; its state (N, P) moves on in place. SIMD-groups share the rows of the
// state, a lane has one or four columns next to each other. The order of sums
// depends on N and P alone. Grid (columns, heads).
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

  for (uint row = 0; row < shape.rows; ++row) {
    const ulong first = ulong(row) * shape.stride;
    const float delta = ssd_delta(dt[first + head] + dt_bias[head], shape);
    V input = V(0.0f);
    if (inside) load(x + first + head * shape.headdim + column, input);
    V y = step_state<Stored, V>(state, across, simdgroup * width + lane / lanes,
                                inside ? shape.d_state : 0, kSimdgroups * width,
                                B + first + group, C + first + group,
                                exp(delta * A[head]), delta * input);
    for (uint i = lanes; i < 32; i *= 2) y += simd_shuffle_xor(y, ushort(i));
    threadgroup_barrier(mem_flags::mem_threadgroup);
    if (lane < lanes) store(y, parts + simdgroup * kSsdStepColumns + own);
    threadgroup_barrier(mem_flags::mem_threadgroup);
    if (simdgroup != 0 || last_column >= shape.headdim) continue;
    float sum = D[head] * x[first + of_row];
    for (uint i = 0; i < kSimdgroups; ++i) {
      sum += parts[i * kSsdStepColumns + lane];
    }
    out[ulong(row) * shape.heads * shape.headdim + of_row] =
        sum * silu(z[first + of_row]);
  }
}

template
    [[host_name("ssd_steps_by_1")]] kernel decltype(ssd_steps<float, float>)
        ssd_steps<float, float>;
template [[host_name(
    "ssd_steps_by_4")]] kernel decltype(ssd_steps<packed_float4, float4>)
    ssd_steps<packed_float4, float4>;
