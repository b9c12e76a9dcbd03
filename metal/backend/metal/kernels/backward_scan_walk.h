// Some rows of one sequence on the way back through the scan of Mamba. With
// a_t = exp(dt_t A), per channel and state:
//   h_t = a_t h_{t-1} + dt_t u_t B_t,   y_t = Σ C_t h_t + D u_t
// and g_t the gradient of h_t, all that follows included:
//   g_t = C_t dy_t + a_{t+1} g_{t+1}
//   du_t = dt_t Σ g_t B_t + D dy_t
//   ddt_t = u_t Σ g_t B_t + Σ A g_t a_t h_{t-1}
//   dA = Σ_t dt_t g_t a_t h_{t-1}
//   dB_t = g_t dt_t u_t,   dC_t = dy_t h_t,   both summed over channels
//
// A simdgroup has 8 channels of 4 lanes each: lane 8 g + c has states 4 g to
// 4 g + 3 of channel c, and is the owner of row g of every four rows: what a
// row needs but once is done by its owner, and handed to the other three.
#pragma once
#include <metal_stdlib>
using namespace metal;

#include "backward_scan.h"
#include "math.h"
#include "selective_scan_walk.h"

constant uint kOwnRows = kScanChunk / 4;

// One row of one channel.
struct OwnRow {
  float u, delta, input;  // input = dt u
  float slope;            // of delta, by raw dt
  float d_y, d_gate;      // d_gate = d_out silu'(z)
  // Sums over the states.
  float y;          // Σ C h + D u
  float d_product;  // Σ g B
  float d_decay;    // Σ A g a h
};

// Four states of one channel.
struct StateQuad {
  float4 A;
  float4 h;         // before the chunk, then after
  float4 gradient;  // a g of the row after the chunk, then of its first
  float4 d_A;
  float4 decay[kScanChunk];    // a
  float4 carried[kScanChunk];  // a h
};

// The sum of the 4 lanes of a channel, for four rows; a lane gets its own.
inline float sum_of_own(float4 rows, uint lane) {
  const bool upper = (lane & 16) != 0, odd = (lane & 8) != 0;
  const float2 two = (upper ? rows.zw : rows.xy) +
                     simd_shuffle_xor(upper ? rows.xy : rows.zw, ushort(16));
  return (odd ? two.y : two.x) +
         simd_shuffle_xor(odd ? two.x : two.y, ushort(8));
}

// The sums over the 8 channels; lane 8 g + c gets number c of those of its four
// states, first of B, then of C.
inline float sum_of_channels(float4 of_B, float4 of_C, uint lane) {
  const bool has_C = (lane & 4) != 0;
  const float4 four =
      (has_C ? of_C : of_B) + simd_shuffle_xor(has_C ? of_B : of_C, ushort(4));
  const bool upper = (lane & 2) != 0, odd = (lane & 1) != 0;
  const float2 two = (upper ? four.zw : four.xy) +
                     simd_shuffle_xor(upper ? four.xy : four.zw, ushort(2));
  return (odd ? two.y : two.x) +
         simd_shuffle_xor(odd ? two.x : two.y, ushort(1));
}

// Forth through `rows` rows, with all that the way back needs.
inline void walk_forth(threadgroup const float4* tile, uint rows, uint lane,
                       thread StateQuad& quad, thread OwnRow* own) {
#pragma unroll
  for (uint k = 0; k < kOwnRows; ++k) {
    float4 y = float4(0.0f);
#pragma unroll
    for (uint j = 0; j < 4; ++j) {
      const uint i = 4 * k + j;
      if (i >= rows) break;
      const ushort owner = 8 * j + lane % 8;
      const float delta = simd_shuffle(own[k].delta, owner);
      const float input = simd_shuffle(own[k].input, owner);
      threadgroup const float4* B = tile + i * kScanTileQuads + lane / 8;
      quad.decay[i] = exp2(delta * (quad.A * kLog2e));
      quad.carried[i] = quad.decay[i] * quad.h;
      quad.h = fma(float4(input), B[0], quad.carried[i]);
      y[j] = dot(B[kScanQuads], quad.h);
    }
    own[k].y += sum_of_own(y, lane);
  }
}

// And back. dB and dC of this simdgroup's channels go to sums (rows, 32).
inline void walk_back(threadgroup const float4* tile, uint rows, uint lane,
                      thread StateQuad& quad, thread OwnRow* own,
                      threadgroup float* sums) {
  const uint place = lane / 4 % 2 * kScanStates + lane / 8 * 4 + lane % 4;
#pragma unroll
  for (uint k = kOwnRows; k-- > 0;) {
    float4 d_product = float4(0.0f), d_decay = float4(0.0f);
#pragma unroll
    for (uint j = 4; j-- > 0;) {
      const uint i = 4 * k + j;
      if (i >= rows) continue;
      const ushort owner = 8 * j + lane % 8;
      const float delta = simd_shuffle(own[k].delta, owner);
      const float input = simd_shuffle(own[k].input, owner);
      const float d_y = simd_shuffle(own[k].d_y, owner);
      threadgroup const float4* B = tile + i * kScanTileQuads + lane / 8;
      const float4 h = fma(float4(input), B[0], quad.carried[i]);
      const float4 g = fma(float4(d_y), B[kScanQuads], quad.gradient);
      const float4 flow = g * quad.carried[i];
      quad.d_A = fma(float4(delta), flow, quad.d_A);
      quad.gradient = g * quad.decay[i];
      d_product[j] = dot(B[0], g);
      d_decay[j] = dot(quad.A, flow);
      sums[i * kScanTileRow + place] =
          sum_of_channels(g * input, h * d_y, lane);
    }
    own[k].d_product += sum_of_own(d_product, lane);
    own[k].d_decay += sum_of_own(d_decay, lane);
  }
}
