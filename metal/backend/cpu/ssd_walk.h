// Chunks of the recurrence of Mamba 2 over threads: products of C and B once
// per group, then every head walks through its chunks with the state at hand.
#pragma once

#include "backend/cpu/ssd_chunk.h"

namespace mamba::MAMBA_CPU_ISA {

constexpr int64_t kSquare = kChunk * kChunk;

inline int64_t chunks_of(const Segment& segment, int64_t min_rows) {
  return segment.count < min_rows ? 0 : (segment.count + kChunk - 1) / kChunk;
}

// products[chunk][group][i][j] = C_i · B_j
inline void ssd_products(CpuContext& context, const Batch& batch,
                         const SsdArgs& args, int64_t min_rows, int64_t chunks,
                         float* products) {
  parallel(context, chunks, 1, [&](Range range, uint32_t) {
    int64_t first = 0;
    for (int64_t s = 0; s < batch.n_segments; ++s) {
      const Segment& segment = batch.segments[s];
      const int64_t count = chunks_of(segment, min_rows);
      const int64_t begin = max_of(range.begin, first);
      const int64_t end = min_of(range.end, first + count);
      for (int64_t c = begin; c < end; ++c) {
        const int64_t i = (c - first) * kChunk;
        const int64_t rows = min_of(kChunk, segment.count - i);
        const int64_t at = (segment.first + i) * args.stride;
        for (int64_t g = 0; g < args.ngroups; ++g) {
          const int64_t column = at + g * args.d_state;
          gemv_as<F32Weights>(
              args.B + column, args.stride, args.d_state,
              {args.C + column, args.stride, rows}, 0, rows,
              {products + (c * args.ngroups + g) * kSquare, kChunk});
        }
      }
      first += count;
    }
  });
}

// A thread's working memory.
struct WalkMemory {
  float* mix;
  float* input;
  float* remain;
  float* state;  // (tiles, N, kPanel)

  static int64_t floats(const SsdArgs& args, int64_t tiles) {
    return kSquare + 2 * kChunk * kPanel + tiles * args.d_state * kPanel;
  }
  explicit WalkMemory(float* data)
      : mix(data),
        input(mix + kSquare),
        remain(input + kChunk * kPanel),
        state(remain + kChunk * kPanel) {}
};

// Tiles [first, last) of a head through all chunks of a sequence.
// `products` are those of its first chunk and of the head's group.
inline void walk_head(const SsdArgs& args, const SsdDecay& decay,
                      const Segment& segment, int64_t head, int64_t first,
                      int64_t last, const float* products,
                      const WalkMemory& memory) {
  const int64_t group = head / (args.nheads / args.ngroups) * args.d_state;
  const int64_t tile_floats = args.d_state * kPanel;
  float* state = segment.state.ssm + head * args.d_state * args.headdim;
  for (int64_t t = first; t < last; ++t) {
    load_state(state + t * kPanel, args.headdim, args.d_state,
               args.headdim - t * kPanel,
               memory.state + (t - first) * tile_floats);
  }
  Chunk chunk;
  chunk.args = &args;
  chunk.head = head;
  chunk.mix = memory.mix;
  for (int64_t i = 0; i < segment.count; i += kChunk) {
    chunk.row = segment.first + i;
    chunk.rows = min_of(kChunk, segment.count - i);
    chunk.B = args.B + chunk.row * args.stride + group;
    chunk.C = args.C + chunk.row * args.stride + group;
    chunk.delta = decay.delta + chunk.row * args.nheads + head;
    chunk.exponent = decay.exponent + chunk.row * args.nheads + head;
    chunk.products = products + i / kChunk * args.ngroups * kSquare;
    prepare(chunk);
    for (int64_t t = first; t < last; ++t) {
      const int64_t p = t * kPanel;
      const int64_t cols = min_of(kPanel, args.headdim - p);
      load_inputs(chunk, p, cols, memory.input, memory.remain);
      run_tile({&chunk, p, cols, memory.state + (t - first) * tile_floats,
                memory.input, memory.remain});
    }
  }
  for (int64_t t = first; t < last; ++t) {
    store_state(memory.state + (t - first) * tile_floats, args.headdim,
                args.d_state, min_of(kPanel, args.headdim - t * kPanel),
                state + t * kPanel);
  }
}

// All sequences of at least `min_rows` rows.
inline void ssd_chunks(CpuContext& context, const Batch& batch,
                       const SsdArgs& args, const SsdDecay& decay,
                       int64_t min_rows) {
  int64_t chunks = 0;
  for (int64_t s = 0; s < batch.n_segments; ++s) {
    chunks += chunks_of(batch.segments[s], min_rows);
  }
  float* products = context.workspace.get(Workspace::kProducts,
                                          chunks * args.ngroups * kSquare);
  ssd_products(context, batch, args, min_rows, chunks, products);

  // A whole head at a time, or its tiles where heads are fewer than threads.
  const int64_t threads = context.pool.size();
  const int64_t tiles = (args.headdim + kPanel - 1) / kPanel;
  const int64_t parts =
      args.nheads * batch.n_segments >= 4 * threads ? 1 : tiles;
  const int64_t floats = round_up(WalkMemory::floats(args, tiles / parts), 16);
  float* tile_memory =
      context.workspace.get(Workspace::kTiles, floats * threads);
  parallel(context, args.nheads * parts, 1, [&](Range range, uint32_t thread) {
    const WalkMemory memory(tile_memory + floats * thread);
    for (int64_t item = range.begin; item < range.end; ++item) {
      const int64_t head = item / parts;
      const int64_t group = head / (args.nheads / args.ngroups);
      const int64_t first = item % parts;
      const int64_t last = parts == 1 ? tiles : first + 1;
      const float* own = products + group * kSquare;
      for (int64_t s = 0; s < batch.n_segments; ++s) {
        const int64_t count = chunks_of(batch.segments[s], min_rows);
        if (count == 0) continue;
        walk_head(args, decay, batch.segments[s], head, first, last, own,
                  memory);
        own += count * args.ngroups * kSquare;
      }
    }
  });
}

}  // namespace mamba::MAMBA_CPU_ISA
