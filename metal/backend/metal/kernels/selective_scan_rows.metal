#include <metal_stdlib>
using namespace metal;

#include "math.h"
#include "selective_scan.h"
#include "selective_scan_walk.h"

// What scan_rows needs to begin in the middle of a sequence: ends (pieces, N,
// D) gets the state before the first piece, that after it, and of those in
// between the state that each would leave if it began at 0; sums (pieces, D)
// gets Σ dt. Grid (channels, pieces - 1).
[[max_total_threads_per_threadgroup(64)]] kernel void scan_pieces(
    device const float* u [[buffer(0)]], device const float* dt [[buffer(1)]],
    device const float* dt_bias [[buffer(2)]],
    device const float* B [[buffer(3)]], device const float* A [[buffer(4)]],
    device const float* state [[buffer(5)]], device float* ends [[buffer(6)]],
    device float* sums [[buffer(7)]], constant ScanShape& shape [[buffer(8)]],
    constant ScanPieces& pieces [[buffer(9)]],
    uint2 group [[threadgroup_position_in_grid]],
    uint at [[thread_index_in_threadgroup]]) {
  threadgroup float4 tile[kScanTileRows * kScanTileQuads];
  const uint d = group.x * kScanThreads + at, piece = group.y;
  const bool live = d < shape.d_inner;
  const ulong size = ulong(shape.d_state) * shape.d_inner;
  const uint begin = piece * pieces.rows, end = begin + pieces.rows;
  for (uint first = 0; first < shape.d_state; first += kScanStates) {
    ScanStates states;
    load_decays(A, first, d, shape, states);
    for (uint q = 0; q < kScanQuads; ++q) {
      states.h[q] = float4(0.0f);
      if (piece != 0) continue;
      states.h[q] = load_states(state, first + 4 * q, d, shape);
      store_states(states.h[q], first + 4 * q, d, shape, ends);
    }
    float sum = 0.0f;
    for (uint row = begin; row < end; row += kScanTileRows) {
      const uint rows = min(uint(kScanTileRows), end - row);
      load_tile(B, B, row, rows, first, at, kScanThreads, shape, tile);
      for (uint i = 0; i < rows && live; ++i) {
        const ulong l = row + i;
        const float delta = scan_delta(
            biased_dt(dt[l * shape.dt_stride + d], dt_bias, d, shape), shape);
        advance(states, delta, delta * u[l * shape.u_stride + d],
                tile + i * kScanTileQuads);
        sum += delta;
      }
    }
    for (uint q = 0; q < kScanQuads; ++q) {
      store_states(states.h[q], first + 4 * q, d, shape,
                   ends + (piece + 1) * size);
    }
    if (live) sums[ulong(piece) * shape.d_inner + d] = sum;
  }
}

// The states before a piece, from those that scan_pieces left. A piece decays
// by exp(A Σ dt); half of it twice, so that with A > 0 it is finite where the
// result is.
inline void load_start(device const float* ends, device const float* sums,
                       uint piece, uint first, uint d,
                       constant ScanShape& shape, thread ScanStates& states) {
  const ulong size = ulong(shape.d_state) * shape.d_inner;
  for (uint q = 0; q < kScanQuads; ++q) {
    const uint n = first + 4 * q;
    float4 h = load_states(ends + min(piece, 1u) * size, n, d, shape);
    for (uint p = 1; p < piece; ++p) {
      const float sum =
          d < shape.d_inner ? sums[ulong(p) * shape.d_inner + d] : 0.0f;
      const float4 half_decay = exp2(0.5f * sum * states.a[q]);
      h = fma(half_decay * h, half_decay,
              load_states(ends + (p + 1) * size, n, d, shape));
    }
    states.h[q] = h;
  }
}

// The stage of many tokens of one sequence, but for dt_proj. One piece: ends is
// the state itself. Grid (channels, pieces).
[[max_total_threads_per_threadgroup(64)]] kernel void scan_rows(
    device const float* u [[buffer(0)]], device const float* dt [[buffer(1)]],
    device const float* dt_bias [[buffer(2)]],
    device const float* B [[buffer(3)]], device const float* C [[buffer(4)]],
    device const float* A [[buffer(5)]], device const float* D [[buffer(6)]],
    device const float* z [[buffer(7)]], device const float* ends [[buffer(8)]],
    device const float* sums [[buffer(9)]], device float* state [[buffer(10)]],
    device float* out [[buffer(11)]], constant ScanShape& shape [[buffer(12)]],
    constant ScanPieces& pieces [[buffer(13)]],
    uint2 group [[threadgroup_position_in_grid]],
    uint at [[thread_index_in_threadgroup]]) {
  threadgroup float4 tile[kScanTileRows * kScanTileQuads];
  const uint d = group.x * kScanThreads + at, piece = group.y;
  const bool live = d < shape.d_inner;
  const float skip = shape.has_D != 0 && live ? D[d] : 0.0f;
  const uint begin = piece * pieces.rows;
  const uint end = min(begin + pieces.rows, shape.rows);
  for (uint first = 0; first < shape.d_state; first += kScanStates) {
    const bool last = first + kScanStates >= shape.d_state;
    ScanStates states;
    load_decays(A, first, d, shape, states);
    load_start(ends, sums, piece, first, d, shape, states);
    for (uint row = begin; row < end; row += kScanTileRows) {
      const uint rows = min(uint(kScanTileRows), end - row);
      load_tile(B, C, row, rows, first, at, kScanThreads, shape, tile);
      for (uint i = 0; i < rows && live; ++i) {
        const ulong l = row + i;
        threadgroup const float4* of_row = tile + i * kScanTileQuads;
        const float value = u[l * shape.u_stride + d];
        const float delta = scan_delta(
            biased_dt(dt[l * shape.dt_stride + d], dt_bias, d, shape), shape);
        advance(states, delta, delta * value, of_row);
        device float* to = out + l * shape.d_inner + d;
        // More than 16 states: out holds what the first ones gave.
        float y = first == 0 ? skip * value : *to;
        y += product(states, of_row + kScanQuads);
        if (last && shape.has_z != 0) y *= silu(z[l * shape.z_stride + d]);
        *to = y;
      }
    }
    if (piece + 1 < pieces.count) continue;
    for (uint q = 0; q < kScanQuads; ++q) {
      store_states(states.h[q], first + 4 * q, d, shape, state);
    }
  }
}
