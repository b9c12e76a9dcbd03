#include <metal_stdlib>
using namespace metal;

#include "backward_scan.h"
#include "backward_scan_walk.h"
#include "math.h"
#include "selective_scan.h"
#include "selective_scan_walk.h"

constant uint kSimdgroups = kScanBackThreads / 32;

// The states before every chunk of a sequence that begins at 0, but for the
// first: boundaries (chunks - 1, N, D). Grid (channels).
[[max_total_threads_per_threadgroup(64)]] kernel void scan_boundaries(
    device const float* u [[buffer(0)]], device const float* dt [[buffer(1)]],
    device const float* dt_bias [[buffer(2)]],
    device const float* B [[buffer(3)]], device const float* A [[buffer(4)]],
    device float* boundaries [[buffer(5)]],
    constant ScanShape& shape [[buffer(6)]],
    uint group [[threadgroup_position_in_grid]],
    uint at [[thread_index_in_threadgroup]]) {
  threadgroup float4 tile[kScanTileRows * kScanTileQuads];
  const uint d = group * kScanThreads + at;
  const bool live = d < shape.d_inner;
  const ulong size = ulong(shape.d_state) * shape.d_inner;
  const uint end = (shape.rows - 1) / kScanChunk * kScanChunk;
  for (uint first = 0; first < shape.d_state; first += kScanStates) {
    ScanStates states;
    load_decays(A, first, d, shape, states);
    for (uint q = 0; q < kScanQuads; ++q) states.h[q] = float4(0.0f);
    for (uint row = 0; row < end; row += kScanTileRows) {
      const uint rows = min(uint(kScanTileRows), end - row);
      load_tile(B, B, row, rows, first, at, kScanThreads, shape, tile);
      for (uint i = 0; i < rows && live; ++i) {
        const ulong l = row + i;
        const float delta = scan_delta(
            biased_dt(dt[l * shape.dt_stride + d], dt_bias, d, shape), shape);
        advance(states, delta, delta * u[l * shape.u_stride + d],
                tile + i * kScanTileQuads);
        if ((i + 1) % kScanChunk != 0) continue;
        device float* to = boundaries + l / kScanChunk * size;
        for (uint q = 0; q < kScanQuads; ++q) {
          store_states(states.h[q], first + 4 * q, d, shape, to);
        }
      }
    }
  }
}

// What the owner of row l of channel d, if it has one, gets from memory.
inline OwnRow load_row(device const float* u, device const float* dt,
                       device const float* dt_bias, device const float* D,
                       device const float* z, device const float* d_out,
                       ulong l, uint d, bool live, constant ScanShape& shape,
                       uint d_out_stride) {
  OwnRow row = {0.0f, 0.0f, 0.0f, 0.0f, 0.0f, 0.0f, 0.0f, 0.0f, 0.0f};
  if (!live) return row;
  const float raw = biased_dt(dt[l * shape.dt_stride + d], dt_bias, d, shape);
  row.u = u[l * shape.u_stride + d];
  row.delta = scan_delta(raw, shape);
  row.input = row.delta * row.u;
  row.slope = shape.dt_softplus != 0 ? sigmoid(raw) : 1.0f;
  row.d_y = d_out[l * d_out_stride + d];
  if (shape.has_z != 0) {
    const float gate = z[l * shape.z_stride + d];
    row.d_gate = row.d_y * silu_slope(gate);
    row.d_y *= silu(gate);
  }
  if (shape.has_D != 0) row.y = D[d] * row.u;
  return row;
}

// A chunk of rows from `first_row` on: sums (simdgroups, rows, 32) to d_BC
// (rows of the sequence, blocks, 2, N).
inline void add_simdgroups(threadgroup const float* sums, uint first_row,
                           uint rows, uint first, uint block, uint at,
                           constant ScanShape& shape, uint blocks,
                           device float* d_BC) {
  const uint n = first + at % kScanStates, i = at / kScanTileRow;
  threadgroup_barrier(mem_flags::mem_threadgroup);
  if (i >= rows || n >= shape.d_state) return;
  float sum = 0.0f;
  for (uint s = 0; s < kSimdgroups; ++s) {
    sum += sums[s * kScanBackThreads + at];
  }
  const uint of_C = at % kScanTileRow / kScanStates;
  d_BC[(ulong(first_row + i) * blocks + block) * 2 * shape.d_state +
       of_C * shape.d_state + n] = sum;
}

// The way back through one sequence, all but dt_proj. d_BC is summed over the
// channels of a threadgroup, d_weights (N + 2, D) gets dA, dD and the gradient
// of dt_bias; gradient (N, D) is room for more than 16 states. Grid (channels).
[[max_total_threads_per_threadgroup(256)]] kernel void scan_back(
    device const float* u [[buffer(0)]], device const float* dt [[buffer(1)]],
    device const float* dt_bias [[buffer(2)]],
    device const float* B [[buffer(3)]], device const float* C [[buffer(4)]],
    device const float* A [[buffer(5)]], device const float* D [[buffer(6)]],
    device const float* z [[buffer(7)]],
    device const float* d_out [[buffer(8)]],
    device const float* boundaries [[buffer(9)]],
    device float* gradient [[buffer(10)]], device float* d_u [[buffer(11)]],
    device float* d_raw [[buffer(12)]], device float* d_z [[buffer(13)]],
    device float* d_BC [[buffer(14)]], device float* d_weights [[buffer(15)]],
    constant ScanShape& shape [[buffer(16)]],
    constant ScanBackwardArgs& args [[buffer(17)]],
    uint block [[threadgroup_position_in_grid]],
    uint at [[thread_index_in_threadgroup]],
    uint lane [[thread_index_in_simdgroup]],
    uint simdgroup [[simdgroup_index_in_threadgroup]]) {
  threadgroup float4 tile[kScanChunk * kScanTileQuads];
  threadgroup float sums[kSimdgroups * kScanBackThreads];
  const uint owned = lane / 8;
  const uint d = block * kScanBackChannels + simdgroup * 8 + lane % 8;
  const bool inside = d < shape.d_inner;
  const ulong size = ulong(shape.d_state) * shape.d_inner;
  const bool many = shape.d_state > kScanStates;
  const float skip = shape.has_D != 0 && inside ? D[d] : 0.0f;
  const uint chunks = (shape.rows + kScanChunk - 1) / kScanChunk;
  float d_D = 0.0f, d_bias = 0.0f;
  StateQuad quad;
  for (uint chunk = chunks; chunk-- > 0;) {
    const uint row = chunk * kScanChunk;
    const uint rows = min(uint(kScanChunk), shape.rows - row);
    OwnRow own[kOwnRows];
#pragma unroll
    for (uint k = 0; k < kOwnRows; ++k) {
      const uint i = 4 * k + owned;
      own[k] = load_row(u, dt, dt_bias, D, z, d_out, row + i, d,
                        inside && i < rows, shape, args.d_out_stride);
    }
    for (uint first = 0; first < shape.d_state; first += kScanStates) {
      const uint n = first + 4 * owned;
      quad.A = load_states(A, n, d, shape);
      quad.h = float4(0.0f);
      if (chunk > 0) {
        quad.h = load_states(boundaries + (chunk - 1) * size, n, d, shape);
      }
      if (chunk + 1 == chunks) {
        quad.gradient = quad.d_A = float4(0.0f);
      } else if (many) {
        quad.gradient = load_states(gradient, n, d, shape);
        quad.d_A = load_states(d_weights, n, d, shape);
      }
      load_tile(B, C, row, rows, first, at, kScanBackThreads, shape, tile);
      walk_forth(tile, rows, lane, quad, own);
      walk_back(tile, rows, lane, quad, own,
                sums + simdgroup * kScanBackThreads);
      if (many) store_states(quad.gradient, n, d, shape, gradient);
      if (many || chunk == 0) store_states(quad.d_A, n, d, shape, d_weights);
      add_simdgroups(sums, row, rows, first, block, at, shape, args.blocks,
                     d_BC);
    }
#pragma unroll
    for (uint k = 0; k < kOwnRows; ++k) {
      const uint i = 4 * k + owned;
      if (!inside || i >= rows) continue;
      const ulong l = row + i;
      const OwnRow r = own[k];
      d_u[l * shape.u_stride + d] += fma(r.d_product, r.delta, skip * r.d_y);
      if (shape.has_z != 0) d_z[l * shape.z_stride + d] += r.d_gate * r.y;
      const float result = fma(r.d_product, r.u, r.d_decay) * r.slope;
      device float* to = d_raw + l * args.d_raw_stride + d;
      *to = args.add_d_raw != 0 ? *to + result : result;
      d_D = fma(r.d_y, r.u, d_D);
      d_bias += result;
    }
  }
  d_D += simd_shuffle_xor(d_D, ushort(8));
  d_D += simd_shuffle_xor(d_D, ushort(16));
  d_bias += simd_shuffle_xor(d_bias, ushort(8));
  d_bias += simd_shuffle_xor(d_bias, ushort(16));
  if (owned != 0 || !inside) return;
  d_weights[size + d] = d_D;
  d_weights[size + shape.d_inner + d] = d_bias;
}

// d_B and d_C += d_BC (rows, blocks, 2, N), block after block; one thread per
// number.
kernel void scan_add_inputs(device const float* d_BC [[buffer(0)]],
                            device float* d_B [[buffer(1)]],
                            device float* d_C [[buffer(2)]],
                            constant ScanShape& shape [[buffer(3)]],
                            constant ScanBackwardArgs& args [[buffer(4)]],
                            uint at [[thread_position_in_grid]]) {
  const uint both = 2 * shape.d_state;
  const uint row = at / both, i = at % both;
  if (row >= shape.rows) return;
  float sum = 0.0f;
  for (uint block = 0; block < args.blocks; ++block) {
    sum += d_BC[(ulong(row) * args.blocks + block) * both + i];
  }
  device float* to = i < shape.d_state ? d_B : d_C;
  to[ulong(row) * shape.bc_stride + i % shape.d_state] += sum;
}
