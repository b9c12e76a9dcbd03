// What the backward of SSD shares between threads, and what a thread works in.
#pragma once

#include "backend/cpu/backward/small_products.h"
#include "backend/cpu/ssd_walk.h"
#include "ops/backward.h"

namespace mamba::MAMBA_CPU_ISA {

// Heads of a block, all of one group: dB and dC are summed within blocks, then
// over them.
constexpr int64_t kHeadBlock = 4;

struct SsdJob {
  SsdJob(const Batch& batch, const SsdBackward& args)
      : batch(batch),
        args(args),
        forward(args.forward),
        group_heads(forward.nheads / forward.ngroups),
        group_blocks((group_heads + kHeadBlock - 1) / kHeadBlock),
        blocks(forward.ngroups * group_blocks),
        columns(round_up(forward.headdim, kPanel)),
        states(round_up(forward.d_state, kPanel)) {}

  const Batch& batch;
  const SsdBackward& args;
  const SsdArgs& forward;
  int64_t group_heads, group_blocks, blocks;
  int64_t columns, states;  // headdim and d_state, up to whole panels
  int64_t chunks = 0;       // of all sequences, one after another
  SsdDecay decay{};
  const float* products = nullptr;  // (chunks, G, kChunk, kChunk), C_i · B_j
  // Sums of a block's heads.
  float* d_BC = nullptr;        // (blocks, L, 2, states)
  float* d_products = nullptr;  // (blocks, chunks, kChunk, kChunk)
  // (L, H), of one head and row.
  float* d_delta = nullptr;  // then of raw dt
  float* d_A = nullptr;
  float* d_D = nullptr;

  float* d_B_rows(int64_t block, int64_t row) const {
    return d_BC + (block * batch.rows + row) * 2 * states;
  }
  float* d_products_of(int64_t block, int64_t chunk) const {
    return d_products + (block * chunks + chunk) * kSquare;
  }
};

// One head in one sequence.
struct HeadMemory {
  static int64_t floats(const SsdJob& job, int64_t chunks) {
    const int64_t state = job.forward.d_state * job.columns;
    return 7 * kChunk * job.columns + 4 * kSquare + job.columns * job.states +
           (chunks + 1) * state;
  }
  HeadMemory(const SsdJob& job, float* data) {
    const auto take = [&data](int64_t count) {
      float* own = data;
      data += count;
      return own;
    };
    for (float** rows : {&input, &remain, &d_y, &carried, &gate, &work}) {
      *rows = take(kChunk * job.columns);
    }
    input_columns = take(kChunk * job.columns);
    for (float** square : {&ones, &decay, &mix, &d_mix}) {
      *square = take(kSquare);
    }
    for (int64_t i = 0; i < kSquare; ++i) ones[i] = 1;
    state_columns = take(job.columns * job.states);
    d_state = take(job.forward.d_state * job.columns);
    initial = data;
  }

  // (kChunk, columns), 0 past the head's end.
  float* input;    // dt x
  float* remain;   // e^{a_{j+1} + … + a_Q} dt x
  float* d_y;      // d_out silu(z)
  float* carried;  // e^{a_1 + … + a_i} d_y
  float* gate;     // d_out silu'(z)
  float* work;
  float* input_columns;  // (columns, kChunk), the transpose of input
  // (kChunk, kChunk)
  float* ones;
  float* decay;  // e^{a_{j+1} + … + a_i}, 0 for j > i
  float* mix;    // C_i · B_j times that
  float* d_mix;
  float* state_columns;  // (columns, states), a transposed state
  float* d_state;        // (N, columns), of the state after the chunk
  float* initial;        // (chunks, N, columns), states before the chunks
  // (kChunk, kLanes): sums along a row, but for the lanes.
  alignas(64) float by_carry[kChunk * kLanes];   // d_y of what was carried in
  alignas(64) float by_remain[kChunk * kLanes];  // d_state of what remains
  alignas(64) float by_span[kChunk * kLanes];    // d_mix mix across the row
  alignas(64) float by_delta[kChunk * kLanes];   // dt x, of dt alone
  alignas(64) float by_skip[kChunk * kLanes];    // D x, of D alone
};

}  // namespace mamba::MAMBA_CPU_ISA
