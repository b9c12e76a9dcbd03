// 16 states of one channel, from row to row: h = exp(dt A) h + dt B u. Those
// that the model does not have are 0, and stay so.
#pragma once
#include <metal_stdlib>
using namespace metal;

#include "math.h"
#include "selective_scan.h"

constant float kLog2e = 1.44269504088896341f;
constant uint kScanQuads = kScanStates / 4;
// Of a row in the tile: its B, then its C.
constant uint kScanTileRow = 2 * kScanStates;
constant uint kScanTileQuads = 2 * kScanQuads;

struct ScanStates {
  float4 h[kScanQuads];
  float4 a[kScanQuads];  // A log2(e)
};

inline float biased_dt(float raw, device const float* dt_bias, uint d,
                       constant ScanShape& shape) {
  return shape.has_dt_bias != 0 ? raw + dt_bias[d] : raw;
}

// dt from what dt_proj gives, with its bias.
inline float scan_delta(float raw, constant ScanShape& shape) {
  return shape.dt_softplus != 0 ? softplus(raw) : raw;
}

// States [first, first + 4) of channel d of an array (N, D).
inline float4 load_states(device const float* from, uint first, uint d,
                          constant ScanShape& shape) {
  float4 states = float4(0.0f);
#pragma unroll
  for (uint i = 0; i < 4; ++i) {
    if (first + i >= shape.d_state || d >= shape.d_inner) continue;
    states[i] = from[(first + i) * shape.d_inner + d];
  }
  return states;
}

inline void store_states(float4 states, uint first, uint d,
                         constant ScanShape& shape, device float* to) {
#pragma unroll
  for (uint i = 0; i < 4; ++i) {
    if (first + i >= shape.d_state || d >= shape.d_inner) continue;
    to[(first + i) * shape.d_inner + d] = states[i];
  }
}

inline void load_decays(device const float* A, uint first, uint d,
                        constant ScanShape& shape, thread ScanStates& states) {
#pragma unroll
  for (uint q = 0; q < kScanQuads; ++q) {
    states.a[q] = load_states(A, first + 4 * q, d, shape) * kLog2e;
  }
}

// States [first, first + 16) of B and C of `rows` rows from `row` on, into the
// tile (rows, 32); thread `at` of `threads` does its part, and may use the
// tile at once.
inline void load_tile(device const float* B, device const float* C, uint row,
                      uint rows, uint first, uint at, uint threads,
                      constant ScanShape& shape, threadgroup float4* tile) {
  threadgroup float* to = reinterpret_cast<threadgroup float*>(tile);
  threadgroup_barrier(mem_flags::mem_threadgroup);
  for (uint i = at; i < rows * kScanTileRow; i += threads) {
    const uint n = first + i % kScanStates;
    device const float* from = i % kScanTileRow < kScanStates ? B : C;
    const ulong of_row = ulong(row + i / kScanTileRow) * shape.bc_stride;
    to[i] = n < shape.d_state ? from[of_row + n] : 0.0f;
  }
  threadgroup_barrier(mem_flags::mem_threadgroup);
}

// One row; B of the tile, input = dt u.
inline void advance(thread ScanStates& states, float delta, float input,
                    threadgroup const float4* B) {
#pragma unroll
  for (uint q = 0; q < kScanQuads; ++q) {
    const float4 decay = exp2(delta * states.a[q]);
    states.h[q] = fma(float4(input), B[q], decay * states.h[q]);
  }
}

// Σ C h; C of the tile.
inline float product(thread const ScanStates& states,
                     threadgroup const float4* C) {
  float4 sum = float4(0.0f);
#pragma unroll
  for (uint q = 0; q < kScanQuads; ++q) sum = fma(C[q], states.h[q], sum);
  return (sum.x + sum.y) + (sum.z + sum.w);
}
