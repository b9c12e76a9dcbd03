// dt_proj, softplus, the scan of Mamba and its gate. Channels are lanes and
// are independent: a thread takes some channels through all of it, kLanes of
// them and kScanRows rows at a time.
#pragma once

#include "backend/cpu/linear.h"
#include "backend/cpu/math.h"

namespace mamba::MAMBA_CPU_ISA {

// Rows of one sequence that are scanned at a time: their lines of every array
// stay in the caches while the channels pass by.
constexpr int64_t kScanRows = 32;
// States that stay in registers over these rows.
constexpr int kScanStates = kLanes == 8 ? 4 : 8;
// Channels that memory is ahead: their states lie in as many places as there
// are, too many for the processor to follow.
constexpr int64_t kScanAhead = 2 * kLanes;

// Rows [row, row + rows) of the batch, all of one sequence, and channels
// [d, d + n), n ≤ kLanes.
struct ScanPart {
  const SelectiveScanArgs* args;
  float* state;
  int64_t row, rows, d, n;
  alignas(64) float delta[kScanRows * kLanes];
  alignas(64) float input[kScanRows * kLanes];  // delta · u
  alignas(64) float y[kScanRows * kLanes];
};

// What does not wait for the row before is done for all rows beforehand. `dt`
// has the products, with bias, from row part.row on.
inline void scan_inputs(ScanPart& part, const float* dt, int64_t dt_stride) {
  const SelectiveScanArgs& args = *part.args;
  const int64_t n = part.n;
  const Vec skip = args.D == nullptr ? zero() : load_some(args.D + part.d, n);
  const float* u = args.u + part.row * args.u_stride + part.d;
  for (int64_t i = 0; i < part.rows; ++i) {
    // The next channels of this row are far away from those of the next row.
    __builtin_prefetch(u + i * args.u_stride + kLanes);
    __builtin_prefetch(dt + i * dt_stride + part.d + kLanes);
    Vec delta = load_some(dt + i * dt_stride + part.d, n);
    if (args.dt_softplus) delta = softplus(delta);
    const Vec value = load_some(u + i * args.u_stride, n);
    store(part.delta + i * kLanes, delta);
    store(part.input + i * kLanes, mul(delta, value));
    store(part.y + i * kLanes, mul(skip, value));
  }
}

// Adds N states, from `first` on, to y.
template <int N>
inline void scan_states(ScanPart& part, int64_t first) {
  const SelectiveScanArgs& args = *part.args;
  const int64_t width = args.d_inner;
  const int64_t n = part.n;
  float* state = part.state + first * width + part.d;
  const float* A = args.A + first * width + part.d;
  Vec h[N], a[N];
#pragma GCC unroll 8
  for (int s = 0; s < N; ++s) {
    __builtin_prefetch(state + s * width + kScanAhead, 1, 2);
    __builtin_prefetch(A + s * width + kScanAhead, 0, 2);
    h[s] = load_some(state + s * width, n);
    a[s] = mul(load_some(A + s * width, n), splat(kLog2e));
  }
  const float* B = args.B + part.row * args.bc_stride + first;
  const float* C = args.C + part.row * args.bc_stride + first;
  for (int64_t i = 0; i < part.rows; ++i) {
    const Vec delta = load(part.delta + i * kLanes);
    const Vec input = load(part.input + i * kLanes);
    Vec y[2] = {load(part.y + i * kLanes), zero()};
#pragma GCC unroll 8
    for (int s = 0; s < N; ++s) {
      h[s] = fma_splat(B + i * args.bc_stride + s, input,
                       mul(exp2_of(mul(delta, a[s])), h[s]));
      y[s % 2] = fma_splat(C + i * args.bc_stride + s, h[s], y[s % 2]);
    }
    store(part.y + i * kLanes, add(y[0], y[1]));
  }
#pragma GCC unroll 8
  for (int s = 0; s < N; ++s) store_some(state + s * width, h[s], n);
}

inline void scan_outputs(const ScanPart& part) {
  const SelectiveScanArgs& args = *part.args;
  float* out = args.out + part.row * args.d_inner + part.d;
  const float* z =
      args.z == nullptr ? nullptr : args.z + part.row * args.z_stride + part.d;
  for (int64_t i = 0; i < part.rows; ++i) {
    Vec y = load(part.y + i * kLanes);
    if (z != nullptr) {
      __builtin_prefetch(z + i * args.z_stride + kLanes);
      y = mul(y, silu(load_some(z + i * args.z_stride, part.n)));
    }
    store_some(out + i * args.d_inner, y, part.n);
  }
}

// Channels [begin, end) of all sequences.
inline void scan_channels(const Batch& batch, const SelectiveScanArgs& args,
                          const float* dt, int64_t dt_stride, int64_t begin,
                          int64_t end) {
  ScanPart part;
  part.args = &args;
  for (int64_t s = 0; s < batch.n_segments; ++s) {
    const Segment& segment = batch.segments[s];
    part.state = segment.state.ssm;
    for (int64_t i = 0; i < segment.count; i += kScanRows) {
      part.row = segment.first + i;
      part.rows = min_of(kScanRows, segment.count - i);
      for (part.d = begin; part.d < end; part.d += kLanes) {
        part.n = min_of(kLanes, end - part.d);
        scan_inputs(part, dt + part.row * dt_stride, dt_stride);
        int64_t state = 0;
        for (; state + kScanStates <= args.d_state; state += kScanStates) {
          scan_states<kScanStates>(part, state);
        }
        for (; state < args.d_state; ++state) scan_states<1>(part, state);
        scan_outputs(part);
      }
    }
  }
}

// dt as it is, with its bias added.
inline void copy_dt(const SelectiveScanArgs& args, int64_t rows, int64_t begin,
                    int64_t end, float* to) {
  for (int64_t l = 0; l < rows; ++l) {
    for (int64_t d = begin; d < end; d += kLanes) {
      const int64_t n = min_of(kLanes, end - d);
      Vec dt = load_some(args.dt + l * args.dt_stride + d, n);
      if (args.dt_bias != nullptr) dt = add(dt, load_some(args.dt_bias + d, n));
      store_some(to + l * args.d_inner + d, dt, n);
    }
  }
}

inline void selective_scan(CpuContext& context, const Batch& batch,
                           const SelectiveScanArgs& args) {
  const int64_t width = args.d_inner;
  float* dt = context.workspace.get(Workspace::kDelta, batch.rows * width);
  const Rows x{args.dt, args.dt_stride, batch.rows};
  const Target target{dt, width, args.dt_bias};
  const bool few = few_rows(batch, batch.rows);
  if (args.dt_proj && !few) gemm_parallel(context, args.dt_proj, x, target);
  parallel(context, width, kOutputGrain, [&](Range range, uint32_t) {
    if (!args.dt_proj) {
      copy_dt(args, batch.rows, range.begin, range.end, dt);
    } else if (few) {
      gemv(args.dt_proj, x, range.begin, range.end, target);
    }
    scan_channels(batch, args, dt, width, range.begin, range.end);
  });
}

}  // namespace mamba::MAMBA_CPU_ISA
