// Backward of dt_proj, softplus, the scan of Mamba and its gate. Channels go
// through sequences in blocks, on all threads; what is summed over channels or
// over sequences is left per block, and added in order.
#pragma once

#include "backend/cpu/backward/products.h"
#include "backend/cpu/backward/selective_scan_walk.h"
#include "backend/cpu/selective_scan.h"

namespace mamba::MAMBA_CPU_ISA {

// Sequences of fewer rows share an item of work, up to so many rows.
constexpr int64_t kScanItemRows = 256;

// Cuts the sequences into items [begin, end), returns how many there are.
inline int64_t scan_items(const Batch& batch, Range* items) {
  int64_t count = 0, rows = 0;
  for (int64_t s = 0; s < batch.n_segments; ++s) {
    rows += batch.segments[s].count;
    if (count == 0 || rows > kScanItemRows) {
      items[count++] = {s, s + 1};
      rows = batch.segments[s].count;
    }
    items[count - 1].end = s + 1;
  }
  return count;
}

// dt before the softplus, (L, D).
inline void raw_dt(BackwardContext& context, const Batch& batch,
                   const SelectiveScanArgs& args, float* dt) {
  const int64_t width = args.d_inner;
  if (args.dt_proj) {
    matmul(context, batch, args.dt_proj, {args.dt, args.dt_stride, batch.rows},
           {dt, width, args.dt_bias});
    return;
  }
  parallel(context, width, kOutputGrain, [&](Range range, uint32_t) {
    copy_dt(args, batch.rows, range.begin, range.end, dt);
  });
}

inline void run_scan_walks(BackwardContext& context, const ScanJob& job,
                           const Range* items, int64_t n_items,
                           int64_t blocks) {
  int64_t longest = 0;
  for (int64_t s = 0; s < job.batch->n_segments; ++s) {
    longest = max_of(longest, job.batch->segments[s].count);
  }
  const int64_t chunks = (longest + kScanChunk - 1) / kScanChunk;
  const int64_t floats = ScanMemory::floats(job.states(), chunks);
  auto* memory = context.arena.allocate<ScanMemory>(context.pool.size());
  float* arrays = context.arena.allocate<float>(floats * context.pool.size());
  parallel(context, blocks * n_items, 1, [&](Range range, uint32_t thread) {
    memory[thread].attach(arrays + floats * thread, job.states());
    for (int64_t i = range.begin; i < range.end; ++i) {
      // All blocks of one item after the other: the last block may be narrow,
      // and no thread shall have all of those.
      const int64_t item = i / blocks;
      const int64_t weights = (job.states() + 1) * job.width();
      ScanWalk(job, i % blocks, memory[thread])
          .run(items[item], job.d_weights + item * weights);
    }
  });
}

// dB and dC from those of the blocks.
inline void add_scan_inputs(BackwardContext& context, const ScanJob& job,
                            int64_t blocks) {
  const int64_t states = job.states(), rows = job.batch->rows;
  const int64_t stride = job.args->forward.bc_stride;
  parallel(context, rows, 16, [&](Range range, uint32_t) {
    for (int64_t l = range.begin; l < range.end; ++l) {
      float* d_B = job.args->d_B + l * stride;
      float* d_C = job.args->d_C + l * stride;
      for (int64_t block = 0; block < blocks; ++block) {
        const float* from = job.d_BC + (block * rows + l) * 2 * states;
        for (int64_t n = 0; n < states; ++n) {
          d_B[n] += from[n];
          d_C[n] += from[states + n];
        }
      }
    }
  });
}

// dA and dD from those of the items.
inline void add_scan_weights(BackwardContext& context, const ScanJob& job,
                             int64_t items) {
  const int64_t states = job.states(), width = job.width();
  parallel(context, width, kOutputGrain, [&](Range range, uint32_t) {
    for (int64_t i = 0; i < items * (states + 1); ++i) {
      const int64_t n = i % (states + 1);
      const float* from = job.d_weights + i * width;
      float* to = n == states ? job.args->d_D : job.args->d_A;
      if (to == nullptr) continue;
      if (n < states) to += n * width;
      for (int64_t d = range.begin; d < range.end; ++d) to[d] += from[d];
    }
  });
}

// From the gradient of raw dt to those of dt, dt_proj and dt_bias.
inline void raw_dt_backward(BackwardContext& context, const ScanJob& job) {
  const SelectiveScanBackward& args = *job.args;
  const SelectiveScanArgs& forward = args.forward;
  const int64_t rows = job.batch->rows, width = job.width();
  const Rows d_raw{job.d_raw, width, rows};
  if (args.d_dt_bias != nullptr) {
    add_column_sums(context, d_raw, width, args.d_dt_bias);
  }
  if (forward.dt_proj) {
    multiply(context, d_raw, forward.dt_proj,
             {args.d_dt, forward.dt_stride, nullptr, true});
    if (args.d_dt_proj == nullptr) return;
    add_outer(context, d_raw, width, {forward.dt, forward.dt_stride, rows},
              forward.dt_rank, args.d_dt_proj);
    return;
  }
  parallel(context, rows, 1, [&](Range range, uint32_t) {
    for (int64_t l = range.begin; l < range.end; ++l) {
      float* to = args.d_dt + l * forward.dt_stride;
      for (int64_t d = 0; d < width; ++d) to[d] += d_raw.row(l)[d];
    }
  });
}

inline void selective_scan_backward(BackwardContext& context,
                                    const Batch& batch,
                                    const SelectiveScanBackward& args) {
  Arena& arena = context.arena;
  const ArenaScope scope(arena);
  const int64_t width = args.forward.d_inner;
  const int64_t states = args.forward.d_state;
  const int64_t blocks = (width + kScanBlock - 1) / kScanBlock;
  Range* items = arena.allocate<Range>(batch.n_segments);
  const int64_t n_items = scan_items(batch, items);
  const ScanJob job{
      &batch,
      &args,
      arena.allocate<float>(batch.rows * width),
      arena.allocate<float>(batch.rows * width),
      arena.allocate<float>(blocks * batch.rows * 2 * states),
      arena.allocate<float>(n_items * (states + 1) * width),
  };
  raw_dt(context, batch, args.forward, job.delta);
  run_scan_walks(context, job, items, n_items, blocks);
  add_scan_inputs(context, job, blocks);
  add_scan_weights(context, job, n_items);
  raw_dt_backward(context, job);
}

}  // namespace mamba::MAMBA_CPU_ISA
