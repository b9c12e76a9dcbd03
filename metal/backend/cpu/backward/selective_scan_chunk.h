// Some rows of one sequence, and a vector of channels, on the way back through
// the scan of Mamba. With a_t = exp(dt_t A), per channel and state:
//   h_t = a_t h_{t-1} + dt_t u_t B_t,   y_t = Σ C_t h_t + D u_t
// and g_t the gradient of h_t, all that follows included:
//   g_t = C_t dy_t + a_{t+1} g_{t+1}
//   du_t = dt_t Σ g_t B_t + D dy_t
//   ddt_t = u_t Σ g_t B_t + Σ A g_t a_t h_{t-1}
//   dA = Σ_t dt_t g_t a_t h_{t-1}
//   dB_t = g_t dt_t u_t,   dC_t = dy_t h_t,   both summed over channels
#pragma once

#include "backend/cpu/backward/lane_sums.h"
#include "backend/cpu/backward/slopes.h"
#include "ops/backward.h"

namespace mamba::MAMBA_CPU_ISA {

// Rows of a chunk and states that stay in registers over them: what both need
// together fits the first level of cache.
constexpr int64_t kScanChunk = 32;
constexpr int kScanGroup = 4;

// What does not depend on the state, per row of the chunk.
struct ScanRows {
  alignas(64) float delta[kScanChunk * kLanes];
  alignas(64) float input[kScanChunk * kLanes];  // dt u
  alignas(64) float u[kScanChunk * kLanes];
  alignas(64) float d_y[kScanChunk * kLanes];
  alignas(64) float d_gate[kScanChunk * kLanes];  // d_out silu'(z)
  // Sums over the states.
  alignas(64) float y[kScanChunk * kLanes];          // Σ C h + D u
  alignas(64) float d_decay[kScanChunk * kLanes];    // Σ A g a h, A log2(e)
  alignas(64) float d_product[kScanChunk * kLanes];  // Σ g B
};

// The states of kLanes channels, each array (N, kLanes).
struct ScanStates {
  const float* A;        // times log2(e)
  const float* initial;  // h before the chunk
  float* gradient;       // a g of the row after the chunk, then of its first
  float* d_A;
};

// What one group of states leaves between its ways forth and back, each
// (kScanChunk, kScanGroup, kLanes). The last two are summed over channels.
struct ScanScratch {
  alignas(64) float decay[kScanChunk * kScanGroup * kLanes];    // a
  alignas(64) float carried[kScanChunk * kScanGroup * kLanes];  // a h
  alignas(64) float d_B[kScanChunk * kScanGroup * kLanes];
  alignas(64) float d_C[kScanChunk * kScanGroup * kLanes];
};

// Rows of B or C from some state on.
struct StateRows {
  const float* B;
  const float* C;
  int64_t stride, rows;
};

// States [first, first + N) after the chunk, to `after` (N, kLanes).
template <int N>
inline void scan_through(const ScanRows& part, const ScanStates& states,
                         const StateRows& in, int64_t first, float* after) {
  Vec h[N], a[N];
#pragma GCC unroll 4
  for (int s = 0; s < N; ++s) {
    h[s] = load(states.initial + (first + s) * kLanes);
    a[s] = load(states.A + (first + s) * kLanes);
  }
  const float* B = in.B + first;
  for (int64_t i = 0; i < in.rows; ++i, B += in.stride) {
    const Vec delta = load(part.delta + i * kLanes);
    const Vec input = load(part.input + i * kLanes);
#pragma GCC unroll 4
    for (int s = 0; s < N; ++s) {
      h[s] = fma_splat(B + s, input, mul(exp2_of(mul(delta, a[s])), h[s]));
    }
  }
#pragma GCC unroll 4
  for (int s = 0; s < N; ++s) store(after + (first + s) * kLanes, h[s]);
}

// Forth again, with all that the way back needs: decays, states, y and dC.
template <int N>
inline void scan_again(ScanRows& part, const ScanStates& states,
                       const StateRows& in, int64_t first,
                       ScanScratch& scratch) {
  Vec h[N], a[N];
#pragma GCC unroll 4
  for (int s = 0; s < N; ++s) {
    h[s] = load(states.initial + (first + s) * kLanes);
    a[s] = load(states.A + (first + s) * kLanes);
  }
  for (int64_t i = 0; i < in.rows; ++i) {
    const Vec delta = load(part.delta + i * kLanes);
    const Vec input = load(part.input + i * kLanes);
    const Vec d_y = load(part.d_y + i * kLanes);
    const float* B = in.B + i * in.stride + first;
    const float* C = in.C + i * in.stride + first;
    Vec y[2] = {load(part.y + i * kLanes), zero()};
    const int64_t at = i * N * kLanes;
#pragma GCC unroll 4
    for (int s = 0; s < N; ++s) {
      const Vec decay = exp2_of(mul(delta, a[s]));
      const Vec carried = mul(decay, h[s]);
      store(scratch.decay + at + s * kLanes, decay);
      store(scratch.carried + at + s * kLanes, carried);
      h[s] = fma_splat(B + s, input, carried);
      y[s % 2] = fma_splat(C + s, h[s], y[s % 2]);
      float* d_C = scratch.d_C + at + s * kLanes;
      store(d_C, fma(d_y, h[s], load(d_C)));
    }
    store(part.y + i * kLanes, add(y[0], y[1]));
  }
}

template <int N>
inline void scan_back(ScanRows& part, const ScanStates& states,
                      const StateRows& in, int64_t first,
                      ScanScratch& scratch) {
  Vec g[N], d_A[N];
#pragma GCC unroll 4
  for (int s = 0; s < N; ++s) {
    g[s] = load(states.gradient + (first + s) * kLanes);
    d_A[s] = load(states.d_A + (first + s) * kLanes);
  }
  const float* A = states.A + first * kLanes;
  for (int64_t i = in.rows - 1; i >= 0; --i) {
    const Vec delta = load(part.delta + i * kLanes);
    const Vec input = load(part.input + i * kLanes);
    const Vec d_y = load(part.d_y + i * kLanes);
    Vec d_decay = load(part.d_decay + i * kLanes);
    Vec d_product = load(part.d_product + i * kLanes);
    const float* B = in.B + i * in.stride + first;
    const float* C = in.C + i * in.stride + first;
    const int64_t at = i * N * kLanes;
#pragma GCC unroll 4
    for (int s = 0; s < N; ++s) {
      g[s] = fma_splat(C + s, d_y, g[s]);
      const Vec flow = mul(g[s], load(scratch.carried + at + s * kLanes));
      d_A[s] = fma(flow, delta, d_A[s]);
      d_decay = fma(flow, load(A + s * kLanes), d_decay);
      d_product = fma_splat(B + s, g[s], d_product);
      float* d_B = scratch.d_B + at + s * kLanes;
      store(d_B, fma(g[s], input, load(d_B)));
      g[s] = mul(g[s], load(scratch.decay + at + s * kLanes));
    }
    store(part.d_decay + i * kLanes, d_decay);
    store(part.d_product + i * kLanes, d_product);
  }
#pragma GCC unroll 4
  for (int s = 0; s < N; ++s) {
    store(states.gradient + (first + s) * kLanes, g[s]);
    store(states.d_A + (first + s) * kLanes, d_A[s]);
  }
}

// out[i] = the sum of the lanes of vector i; the n vectors are then 0.
inline void take_sums(float* vectors, int64_t n, float* out) {
  lane_sums(vectors, n, out);
  for (int64_t i = 0; i < n; ++i) store(vectors + i * kLanes, zero());
}

}  // namespace mamba::MAMBA_CPU_ISA
