// A chunk of a sequence in one head, and its products with B and C.
#pragma once

#include "backend/cpu/backward/ssd_memory.h"

namespace mamba::MAMBA_CPU_ISA {

class HeadChunk {
 public:
  HeadChunk(const SsdJob& job, HeadMemory& memory)
      : job_(job), args_(job.forward), memory_(memory) {
    chunk_.args = &args_;
    chunk_.products = memory.ones;
    chunk_.mix = memory.decay;
  }

 protected:
  float* at(float* rows, int64_t i) const { return rows + i * job_.columns; }
  int64_t lanes(int64_t p) const {
    return max_of(0, min_of(kLanes, args_.headdim - p));
  }
  Vec x(int64_t i, int64_t p) const {
    return load_some(args_.x + column(i) + p, lanes(p));
  }
  // Of this head in row i of the chunk, in x, z and their gradients.
  int64_t column(int64_t i) const {
    return (chunk_.row + i) * args_.stride + chunk_.head * args_.headdim;
  }
  float delta(int64_t i) const { return chunk_.delta[i * args_.nheads]; }
  Vec skip() const {
    return splat(args_.D == nullptr ? 0.0f : args_.D[chunk_.head]);
  }
  // work = 0, and work += a b (N, columns) for rows a of B or C.
  void clear_work() { fill_zero(memory_.work, chunk_.rows * job_.columns); }
  void add_state_product(const float* a, const float* state) {
    add_small({a, args_.stride, 1, state, job_.columns, args_.d_state,
               memory_.work, job_.columns},
              chunk_.rows, job_.columns);
  }
  // state += aᵀ b for rows a of B or C.
  void add_outer_product(const float* a, const float* b, float* state) {
    add_small(
        {a, 1, args_.stride, b, job_.columns, chunk_.rows, state, job_.columns},
        args_.d_state, job_.columns);
  }

  void enter(const Segment& segment, int64_t c) {
    const int64_t group = chunk_.head / job_.group_heads * args_.d_state;
    chunk_.row = segment.first + c * kChunk;
    chunk_.rows = min_of(kChunk, segment.count - c * kChunk);
    chunk_.B = args_.B + chunk_.row * args_.stride + group;
    chunk_.C = args_.C + chunk_.row * args_.stride + group;
    const int64_t at_row = chunk_.row * args_.nheads + chunk_.head;
    chunk_.delta = job_.decay.delta + at_row;
    chunk_.exponent = job_.decay.exponent + at_row;
    prepare(chunk_);
    for (int64_t i = 0; i < chunk_.rows; ++i) {
      const Vec dt = splat(delta(i)), weight = splat(chunk_.remain[i]);
      for (int64_t p = 0; p < job_.columns; p += kLanes) {
        const Vec value = x(i, p);
        store(at(memory_.input, i) + p, mul(dt, value));
        store(at(memory_.remain, i) + p, mul(weight, value));
      }
    }
  }

  // From the state before the chunk to that after it, which lies behind it.
  void next_state(float* state) {
    const int64_t floats = args_.d_state * job_.columns;
    for (int64_t i = 0; i < floats; i += kLanes) {
      store(state + floats + i, mul(splat(chunk_.keep), load(state + i)));
    }
    add_outer_product(chunk_.B, memory_.remain, state + floats);
  }

  const SsdJob& job_;
  const SsdArgs& args_;
  HeadMemory& memory_;
  Chunk chunk_;
};

}  // namespace mamba::MAMBA_CPU_ISA
