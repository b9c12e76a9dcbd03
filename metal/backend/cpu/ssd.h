// The recurrence of Mamba 2 with its gate. Heads, and columns of a head, are
// independent. A step streams the state once; many rows go through the
// chunked form of ssd_chunk.h.
#pragma once

#include "backend/cpu/ssd_walk.h"

namespace mamba::MAMBA_CPU_ISA {

// Columns of a head that step together: a whole head of 64.
constexpr int kStepVecs = kLanes == 4 ? 8 : 4;
// From this many rows on, chunks are faster than steps.
constexpr int64_t kChunkMinRows = 8;

// Columns [p, p + V · kLanes) of head h, or n ≤ kLanes of them if V = 1.
template <int V>
inline void ssd_step(const SsdArgs& args, const SsdDecay& decay, float* state,
                     int64_t row, int64_t h, int64_t p, int64_t n) {
  const int64_t column = h * args.headdim + p;
  const int64_t group = h / (args.nheads / args.ngroups) * args.d_state;
  const float* x = args.x + row * args.stride + column;
  const float* B = args.B + row * args.stride + group;
  const float* C = args.C + row * args.stride + group;
  const Vec delta = splat(decay.delta[row * args.nheads + h]);
  const Vec keep = exp2_of(splat(decay.exponent[row * args.nheads + h]));
  const Vec skip = splat(args.D == nullptr ? 0.0f : args.D[h]);
  Vec input[V], y[V];
  for (int v = 0; v < V; ++v) {
    const Vec value = load_some(x + v * kLanes, n);
    input[v] = mul(delta, value);
    y[v] = mul(skip, value);
  }
  float* own = state + h * args.d_state * args.headdim + p;
  for (int64_t s = 0; s < args.d_state; ++s, own += args.headdim) {
    for (int v = 0; v < V; ++v) {
      float* at = own + v * kLanes;
      const Vec carried = mul(keep, load_some(at, n));
      const Vec next = fma_splat(B + s, input[v], carried);
      store_some(at, next, n);
      y[v] = fma_splat(C + s, next, y[v]);
    }
  }
  for (int v = 0; v < V; ++v) {
    const float* z = args.z + row * args.stride + column + v * kLanes;
    store_some(
        args.out + row * args.nheads * args.headdim + column + v * kLanes,
        mul(y[v], silu(load_some(z, n))), n);
  }
}

inline void ssd_head_steps(const SsdArgs& args, const SsdDecay& decay,
                           const Segment& segment, int64_t h) {
  constexpr int64_t kWide = kStepVecs * kLanes;
  for (int64_t i = 0; i < segment.count; ++i) {
    const int64_t row = segment.first + i;
    int64_t p = 0;
    for (; p + kWide <= args.headdim; p += kWide) {
      ssd_step<kStepVecs>(args, decay, segment.state.ssm, row, h, p, kLanes);
    }
    for (; p < args.headdim; p += kLanes) {
      ssd_step<1>(args, decay, segment.state.ssm, row, h, p,
                  min_of(kLanes, args.headdim - p));
    }
  }
}

inline void ssd_steps(CpuContext& context, const Batch& batch,
                      const SsdArgs& args, const SsdDecay& decay,
                      int64_t max_rows) {
  parallel(context, batch.n_segments * args.nheads, 1,
           [&](Range range, uint32_t) {
             for (int64_t i = range.begin; i < range.end; ++i) {
               const Segment& segment = batch.segments[i / args.nheads];
               if (segment.count > max_rows) continue;
               ssd_head_steps(args, decay, segment, i % args.nheads);
             }
           });
}

inline void ssd(CpuContext& context, const Batch& batch, const SsdArgs& args) {
  const SsdDecay decay = ssd_decay(context, batch, args);
  int64_t shortest = INT64_MAX, longest = 0;
  for (int64_t s = 0; s < batch.n_segments; ++s) {
    shortest = min_of(shortest, batch.segments[s].count);
    longest = max_of(longest, batch.segments[s].count);
  }
  if (shortest < kChunkMinRows) {
    ssd_steps(context, batch, args, decay, kChunkMinRows - 1);
  }
  if (longest >= kChunkMinRows) {
    ssd_chunks(context, batch, args, decay, kChunkMinRows);
  }
}

}  // namespace mamba::MAMBA_CPU_ISA
