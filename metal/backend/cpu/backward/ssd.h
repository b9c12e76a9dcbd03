// Backward of the recurrence of Mamba 2 and its gate, in its chunked form.
// Blocks of heads go through sequences on all threads; what the heads of a
// group share is left per block, and added in order.
#pragma once

#include "backend/cpu/backward/products.h"
#include "backend/cpu/backward/ssd_head.h"

namespace mamba::MAMBA_CPU_ISA {

// All heads through all sequences. first_chunks (n_segments)
inline void run_head_walks(BackwardContext& context, const SsdJob& job,
                           const int64_t* first_chunks) {
  const Batch& batch = job.batch;
  int64_t most = 0;
  for (int64_t s = 0; s < batch.n_segments; ++s) {
    most = max_of(most, chunks_of(batch.segments[s], 1));
  }
  const int64_t floats = round_up(HeadMemory::floats(job, most), kPanel);
  float* all = context.arena.allocate<float>(floats * context.pool.size());
  parallel(context, job.blocks * batch.n_segments, 1,
           [&](Range range, uint32_t thread) {
             HeadMemory memory(job, all + floats * thread);
             HeadWalk walk(job, memory);
             for (int64_t i = range.begin; i < range.end; ++i) {
               // All blocks of one sequence after the other: the last may have
               // fewer heads, and no thread shall have all of those.
               const int64_t block = i % job.blocks;
               const Segment& segment = batch.segments[i / job.blocks];
               const int64_t chunk = first_chunks[i / job.blocks];
               fill_zero(job.d_B_rows(block, segment.first),
                         segment.count * 2 * job.states);
               fill_zero(job.d_products_of(block, chunk),
                         chunks_of(segment, 1) * kSquare);
               const int64_t group = block / job.group_blocks;
               const int64_t first = block % job.group_blocks * kHeadBlock;
               const int64_t end = min_of(first + kHeadBlock, job.group_heads);
               for (int64_t head = first; head < end; ++head) {
                 walk.run(segment, chunk, block,
                          group * job.group_heads + head);
               }
             }
           });
}

inline void add_to(const float* from, int64_t floats, float* to) {
  for (int64_t i = 0; i < floats; ++i) to[i] += from[i];
}

// dB and dC of a group in one chunk. B and C are scratch, (kChunk, states).
inline void finish_group(const SsdJob& job, int64_t group, int64_t chunk,
                         int64_t row, int64_t rows, float* B, float* C) {
  const SsdArgs& forward = job.forward;
  const int64_t width = 2 * job.states;
  const int64_t block = group * job.group_blocks;
  float* d_B = job.d_B_rows(block, row);
  float* d_C = d_B + job.states;
  float* d_products = job.d_products_of(block, chunk);
  for (int64_t other = block + 1; other < block + job.group_blocks; ++other) {
    add_to(job.d_B_rows(other, row), rows * width, d_B);
    add_to(job.d_products_of(other, chunk), rows * kChunk, d_products);
  }
  const int64_t column = row * forward.stride + group * forward.d_state;
  pack_rows(forward.B + column, forward.stride, rows, forward.d_state, B,
            job.states);
  pack_rows(forward.C + column, forward.stride, rows, forward.d_state, C,
            job.states);
  add_small({d_products, kChunk, 1, B, job.states, rows, d_C, width}, rows,
            job.states, Shape::kLower);
  add_small({d_products, 1, kChunk, C, job.states, rows, d_B, width}, rows,
            job.states, Shape::kUpper);
  for (int64_t i = 0; i < rows; ++i) {
    const int64_t at = column + i * forward.stride;
    add_to(d_B + i * width, forward.d_state, job.args.d_B + at);
    add_to(d_C + i * width, forward.d_state, job.args.d_C + at);
  }
}

inline void finish_groups(BackwardContext& context, const SsdJob& job,
                          const int64_t* first_chunks) {
  const int64_t floats = kChunk * job.states;
  float* all = context.arena.allocate<float>(2 * floats * context.pool.size());
  parallel(context, job.chunks, 1, [&](Range range, uint32_t thread) {
    float* B = all + 2 * floats * thread;
    for (int64_t s = 0; s < job.batch.n_segments; ++s) {
      const Segment& segment = job.batch.segments[s];
      const int64_t first = first_chunks[s];
      const int64_t end = min_of(range.end, first + chunks_of(segment, 1));
      for (int64_t c = max_of(range.begin, first); c < end; ++c) {
        const int64_t i = (c - first) * kChunk;
        const int64_t rows = min_of(kChunk, segment.count - i);
        for (int64_t group = 0; group < job.forward.ngroups; ++group) {
          finish_group(job, group, c, segment.first + i, rows, B, B + floats);
        }
      }
    }
  });
}

// From dt to raw dt, through the clamp and the softplus.
inline void finish_dt(BackwardContext& context, const SsdJob& job) {
  const SsdArgs& forward = job.forward;
  const int64_t heads = forward.nheads;
  parallel(context, job.batch.rows, 16, [&](Range range, uint32_t) {
    for (int64_t l = range.begin; l < range.end; ++l) {
      for (int64_t h = 0; h < heads; h += kLanes) {
        const int64_t n = min_of(kLanes, heads - h);
        const Vec raw = add(load_some(forward.dt + l * forward.stride + h, n),
                            load_some(forward.dt_bias + h, n));
        const Vec positive = softplus(raw);
        Vec slope = sigmoid(raw);
        slope = select(is_less(positive, splat(forward.dt_min)), zero(), slope);
        slope = select(is_less(splat(forward.dt_max), positive), zero(), slope);
        float* d = job.d_delta + l * heads + h;
        const Vec d_raw = mul(load_some(d, n), slope);
        store_some(d, d_raw, n);
        float* d_dt = job.args.d_dt + l * forward.stride + h;
        store_some(d_dt, add(load_some(d_dt, n), d_raw), n);
      }
    }
  });
}

inline void add_head_sums(BackwardContext& context, const SsdJob& job,
                          const float* from, float* to) {
  if (to == nullptr) return;
  const int64_t heads = job.forward.nheads;
  add_column_sums(context, {from, heads, job.batch.rows}, heads, to);
}

inline void ssd_backward(BackwardContext& context, const Batch& batch,
                         const SsdBackward& args) {
  Arena& arena = context.arena;
  const ArenaScope scope(arena);
  SsdJob job(batch, args);
  auto* first_chunks = arena.allocate<int64_t>(batch.n_segments);
  for (int64_t s = 0; s < batch.n_segments; ++s) {
    first_chunks[s] = job.chunks;
    job.chunks += chunks_of(batch.segments[s], 1);
  }
  const int64_t squares = job.chunks * kSquare;
  float* products = arena.allocate<float>(squares * args.forward.ngroups);
  job.decay = ssd_decay(context, batch, args.forward);
  job.products = products;
  ssd_products(context, batch, args.forward, 1, job.chunks, products);
  job.d_BC = arena.allocate<float>(job.blocks * batch.rows * 2 * job.states);
  job.d_products = arena.allocate<float>(job.blocks * squares);
  for (float** rows : {&job.d_delta, &job.d_A, &job.d_D}) {
    *rows = arena.allocate<float>(batch.rows * args.forward.nheads);
  }
  run_head_walks(context, job, first_chunks);
  finish_groups(context, job, first_chunks);
  finish_dt(context, job);
  add_head_sums(context, job, job.d_delta, args.d_dt_bias);
  add_head_sums(context, job, job.d_A, args.d_A);
  add_head_sums(context, job, job.d_D, args.d_D);
}

}  // namespace mamba::MAMBA_CPU_ISA
