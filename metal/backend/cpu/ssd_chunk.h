// Many rows of the recurrence of Mamba 2 as matrix products (Dao & Gu 2024,
// arXiv:2405.21060, section 6). In a chunk of rows, with a_l = dt_l A:
//   y_i = e^{a_1 + … + a_i} C_i S
//       + Σ_{j ≤ i} (C_i · B_j) e^{a_{j+1} + … + a_i} dt_j x_j + D x_i
//   S  <- e^{a_1 + … + a_Q} S + Σ_j e^{a_{j+1} + … + a_Q} B_j ⊗ dt_j x_j
// Exponents are sums of a alone, never differences of large sums.
#pragma once

#include "backend/cpu/linear.h"
#include "backend/cpu/math.h"

namespace mamba::MAMBA_CPU_ISA {

constexpr int64_t kChunk = 32;

// Per row and head, (L, H).
struct SsdDecay {
  const float* delta;     // dt after softplus and clamp
  const float* exponent;  // dt A log2(e)
};

inline SsdDecay ssd_decay(CpuContext& context, const Batch& batch,
                          const SsdArgs& args) {
  const int64_t heads = args.nheads;
  float* delta = context.workspace.get(Workspace::kDelta, batch.rows * heads);
  float* exponent =
      context.workspace.get(Workspace::kDecay, batch.rows * heads);
  const auto run = [&](Range range, uint32_t) {
    for (int64_t l = range.begin; l < range.end; ++l) {
      for (int64_t h = 0; h < heads; h += kLanes) {
        const int64_t n = min_of(kLanes, heads - h);
        Vec dt = load_some(args.dt + l * args.stride + h, n);
        dt = softplus(add(dt, load_some(args.dt_bias + h, n)));
        dt = at_most(splat(args.dt_max), at_least(splat(args.dt_min), dt));
        const Vec a = mul(load_some(args.A + h, n), splat(kLog2e));
        store_some(delta + l * heads + h, dt, n);
        store_some(exponent + l * heads + h, mul(dt, a), n);
      }
    }
  };
  if (batch.rows * heads <= 4096) {
    run(Range{0, batch.rows}, 0);
  } else {
    parallel(context, batch.rows, 1, run);
  }
  return {delta, exponent};
}

// One head of one chunk: what its tiles share.
struct Chunk {
  const SsdArgs* args;
  int64_t row, rows;  // rows ≤ kChunk, from `row` of the batch on
  int64_t head;
  const float* B;  // of the chunk's first row and the head's group
  const float* C;
  const float* delta;     // of the first row, nheads apart
  const float* exponent;  // the same
  const float* products;  // (kChunk, kChunk): C_i · B_j
  float* mix;             // (kChunk, kChunk): products with decay, 0 for j > i
  alignas(64) float carry[kChunk];   // e^{a_1 + … + a_i}
  alignas(64) float remain[kChunk];  // e^{a_{j+1} + … + a_rows} dt_j
  float keep;                        // e^{a_1 + … + a_rows}
};

// Fills mix, carry, remain and keep.
inline void prepare(Chunk& chunk) {
  alignas(64) float index[kChunk];
  alignas(64) float sums[kChunk];  // a_{j+1} + … + a_i
  for (int64_t j = 0; j < kChunk; ++j) {
    index[j] = static_cast<float>(j);
    sums[j] = 0;
    chunk.carry[j] = 0;
  }
  const int64_t heads = chunk.args->nheads;
  float total = 0;
  for (int64_t i = 0; i < chunk.rows; ++i) {
    const float exponent = chunk.exponent[i * heads];
    const Vec here = splat(static_cast<float>(i));
    total += exponent;
    chunk.carry[i] = total;
    for (int64_t j = 0; j < kChunk; j += kLanes) {
      const Vec lane = load(index + j);
      Vec s = load(sums + j);
      s = select(is_less(lane, here), add(s, splat(exponent)), s);
      store(sums + j, s);
      const Vec value = mul(load(chunk.products + i * kChunk + j), exp2_of(s));
      store(chunk.mix + i * kChunk + j,
            select(is_less(here, lane), zero(), value));
    }
  }
  for (int64_t j = 0; j < kChunk; j += kLanes) {
    store(chunk.carry + j, exp2_of(load(chunk.carry + j)));
    store(chunk.remain + j, exp2_of(load(sums + j)));
  }
  for (int64_t j = 0; j < chunk.rows; ++j) {
    chunk.remain[j] *= chunk.delta[j * heads];
  }
  chunk.keep = chunk.carry[chunk.rows - 1];
}

// kPanel columns of a head in one chunk, zero-filled past the head's end.
struct Tile {
  const Chunk* chunk;
  int64_t p;            // the first column, of the head
  int64_t cols;         // ≤ kPanel
  float* state;         // (N, kPanel)
  const float* input;   // (kChunk, kPanel): dt_j x_j
  const float* remain;  // (kChunk, kPanel): e^{…} dt_j x_j
};

// Rows [i, i + R) of y.
template <int R>
inline void ssd_tile_rows(const Tile& tile, int64_t i) {
  const Chunk& chunk = *tile.chunk;
  const SsdArgs& args = *chunk.args;
  Vec acc[R][kGemmVecs];
  for (int r = 0; r < R; ++r) {
    for (int v = 0; v < kGemmVecs; ++v) acc[r][v] = zero();
  }
  tile_product<R, kGemmVecs>(chunk.C + i * args.stride, args.stride, 1,
                             tile.state, kPanel, args.d_state, acc);
  for (int r = 0; r < R; ++r) {
    const Vec carry = splat(chunk.carry[i + r]);
    for (int v = 0; v < kGemmVecs; ++v) acc[r][v] = mul(acc[r][v], carry);
  }
  tile_product<R, kGemmVecs>(chunk.mix + i * kChunk, kChunk, 1, tile.input,
                             kPanel, i + R, acc);
  const int64_t column = chunk.head * args.headdim + tile.p;
  const Vec skip = splat(args.D == nullptr ? 0.0f : args.D[chunk.head]);
  for (int r = 0; r < R; ++r) {
    const int64_t row = chunk.row + i + r;
    const float* x = args.x + row * args.stride + column;
    const float* z = args.z + row * args.stride + column;
    float* out = args.out + row * args.nheads * args.headdim + column;
    for (int v = 0; v < kGemmVecs; ++v) {
      const int64_t n = tile.cols - v * kLanes;
      if (n <= 0) break;
      const Vec y = fma(skip, load_some(x + v * kLanes, n), acc[r][v]);
      store_some(out + v * kLanes, mul(y, silu(load_some(z + v * kLanes, n))),
                 n);
    }
  }
}

// Rows [s, s + R) of the state.
template <int R>
inline void ssd_tile_state(const Tile& tile, int64_t s) {
  const Chunk& chunk = *tile.chunk;
  const Vec keep = splat(chunk.keep);
  float* state = tile.state + s * kPanel;
  Vec acc[R][kGemmVecs];
  for (int r = 0; r < R; ++r) {
    for (int v = 0; v < kGemmVecs; ++v) {
      acc[r][v] = mul(keep, load(state + r * kPanel + v * kLanes));
    }
  }
  tile_product<R, kGemmVecs>(chunk.B + s, 1, chunk.args->stride, tile.remain,
                             kPanel, chunk.rows, acc);
  for (int r = 0; r < R; ++r) {
    for (int v = 0; v < kGemmVecs; ++v) {
      store(state + r * kPanel + v * kLanes, acc[r][v]);
    }
  }
}

using TileStep = void (*)(const Tile&, int64_t);

struct TileSteps {
  TileStep rows, state;
};

template <int R>
inline TileSteps tile_steps_of(int64_t height) {
  if constexpr (R > 1) {
    if (height != R) return tile_steps_of<R - 1>(height);
  }
  return {ssd_tile_rows<R>, ssd_tile_state<R>};
}

// y of the chunk from the state before it, then the state after it.
inline void run_tile(const Tile& tile) {
  const int64_t rows = tile.chunk->rows;
  const int64_t blocks = (rows + kGemmRows - 1) / kGemmRows;
  for (int64_t block = 0; block < blocks; ++block) {
    const int64_t i = rows * block / blocks;
    const int64_t height = rows * (block + 1) / blocks - i;
    tile_steps_of<kGemmRows>(height).rows(tile, i);
  }
  const int64_t states = tile.chunk->args->d_state;
  const int64_t parts = (states + kGemmRows - 1) / kGemmRows;
  for (int64_t part = 0; part < parts; ++part) {
    const int64_t s = states * part / parts;
    const int64_t height = states * (part + 1) / parts - s;
    tile_steps_of<kGemmRows>(height).state(tile, s);
  }
}

// dt_j x_j and e^{…} dt_j x_j of a tile's columns.
inline void load_inputs(const Chunk& chunk, int64_t p, int64_t cols,
                        float* input, float* remain) {
  const SsdArgs& args = *chunk.args;
  const float* x =
      args.x + chunk.row * args.stride + chunk.head * args.headdim + p;
  for (int64_t j = 0; j < chunk.rows; ++j) {
    const Vec delta = splat(chunk.delta[j * args.nheads]);
    const Vec weight = splat(chunk.remain[j]);
    for (int64_t v = 0; v < kPanel; v += kLanes) {
      const int64_t n = max_of(0, min_of(kLanes, cols - v));
      const Vec value = n == 0 ? zero() : load_some(x + j * args.stride + v, n);
      store(input + j * kPanel + v, mul(delta, value));
      store(remain + j * kPanel + v, mul(weight, value));
    }
  }
}

// The state's columns [p, p + cols) to or from a tile.
inline void load_state(const float* state, int64_t stride, int64_t states,
                       int64_t cols, float* tile) {
  for (int64_t s = 0; s < states; ++s) {
    for (int64_t v = 0; v < kPanel; v += kLanes) {
      const int64_t n = max_of(0, min_of(kLanes, cols - v));
      store(tile + s * kPanel + v,
            n == 0 ? zero() : load_some(state + s * stride + v, n));
    }
  }
}
inline void store_state(const float* tile, int64_t stride, int64_t states,
                        int64_t cols, float* state) {
  for (int64_t s = 0; s < states; ++s) {
    for (int64_t v = 0; v < cols; v += kLanes) {
      store_some(state + s * stride + v, load(tile + s * kPanel + v), cols - v);
    }
  }
}

}  // namespace mamba::MAMBA_CPU_ISA
