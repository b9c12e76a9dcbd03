// A head through a sequence, forth for the states between chunks and then
// back. With a_l = dt_l A, v_j = dt_j x_j, E_ij = e^{a_{j+1} + … + a_i} for
// j ≤ i (else 0), M_ij = (C_i · B_j) E_ij, and in a chunk of Q rows from
// state S, with e_i = e^{a_1 + … + a_i} and r_j = E_Qj:
//   y_i = Σ_j M_ij v_j + e_i C_i S + D x_i,   S' = e_Q S + Σ_j r_j B_j ⊗ v_j
// (Dao & Gu 2024, arXiv:2405.21060, section 6), the gradients are
//   dM_ij = dy_i · v_j,   dv_j = Σ_i M_ij dy_i + r_j B_j dS'
//   d(C_i · B_j) = dM_ij E_ij, from which dB and dC follow once per group
//   dC_i += e_i dy_i Sᵀ,   dB_j += r_j v_j dS'ᵀ
//   dS = e_Q dS' + Σ_i e_i C_i ⊗ dy_i
//   da_k = Σ_{j < k ≤ i} dM_ij M_ij + Σ_{i ≥ k} e_i dy_i · C_i S
//        + Σ_{j < k} r_j v_j · B_j dS' + e_Q S · dS'
#pragma once

#include "backend/cpu/backward/lane_sums.h"
#include "backend/cpu/backward/slopes.h"
#include "backend/cpu/backward/ssd_chunk.h"

namespace mamba::MAMBA_CPU_ISA {

class HeadWalk : private HeadChunk {
 public:
  using HeadChunk::HeadChunk;

  // Head `head` of `block`, in a sequence whose first chunk is `first_chunk`
  // of all. Adds to what the block's heads share.
  void run(const Segment& segment, int64_t first_chunk, int64_t block,
           int64_t head) {
    const int64_t chunks = chunks_of(segment, 1);
    const int64_t floats = args_.d_state * job_.columns;
    block_ = block;
    chunk_.head = head;
    fill_zero(memory_.initial, floats);
    fill_zero(memory_.d_state, floats);
    for (int64_t c = 0; c + 1 < chunks; ++c) {
      enter(segment, c);
      next_state(memory_.initial + c * floats);
    }
    for (int64_t c = chunks - 1; c >= 0; --c) {
      enter(segment, c);
      state_ = c > 0 ? memory_.initial + c * floats : nullptr;
      d_state_ = c + 1 < chunks ? memory_.d_state : nullptr;
      back(first_chunk + c);
    }
  }

 private:
  void back(int64_t chunk) {
    const int64_t group = chunk_.head / job_.group_heads;
    const float* products =
        job_.products + (chunk * args_.ngroups + group) * kSquare;
    for (int64_t i = 0; i < chunk_.rows * kChunk; i += kLanes) {
      store(memory_.mix + i, mul(load(products + i), load(memory_.decay + i)));
    }
    gate_backward();
    output_backward();
    input_backward();
    product_backward(job_.d_products_of(block_, chunk));
    row_backward(state_backward());
  }

  void gate_backward() {
    const float* d_out =
        job_.args.d_out +
        (chunk_.row * args_.nheads + chunk_.head) * args_.headdim;
    const int64_t stride = args_.nheads * args_.headdim;
    for (int64_t i = 0; i < chunk_.rows; ++i) {
      const Vec carry = splat(chunk_.carry[i]);
      for (int64_t p = 0; p < job_.columns; p += kLanes) {
        const Gate gate(load_some(args_.z + column(i) + p, lanes(p)));
        const Vec d = load_some(d_out + i * stride + p, lanes(p));
        const Vec d_y = mul(d, gate.silu);
        store(at(memory_.gate, i) + p, mul(d, gate.slope));
        store(at(memory_.d_y, i) + p, d_y);
        store(at(memory_.carried, i) + p, mul(carry, d_y));
      }
    }
  }

  // y again, for dz.
  void output_backward() {
    clear_work();
    if (state_ != nullptr) add_state_product(chunk_.C, state_);
    for (int64_t i = 0; i < chunk_.rows; ++i) {
      const Vec carry = splat(chunk_.carry[i]);
      Vec sum = zero();
      for (int64_t p = 0; p < job_.columns; p += kLanes) {
        float* y = at(memory_.work, i) + p;
        sum = fma(load(y), load(at(memory_.carried, i) + p), sum);
        store(y, fma(carry, load(y), mul(skip(), x(i, p))));
      }
      store(memory_.by_carry + i * kLanes, sum);
    }
    add_small({memory_.mix, kChunk, 1, memory_.input, job_.columns, chunk_.rows,
               memory_.work, job_.columns},
              chunk_.rows, job_.columns, Shape::kLower);
    for (int64_t i = 0; i < chunk_.rows; ++i) {
      float* d_z = job_.args.d_z + column(i);
      for (int64_t p = 0; p < args_.headdim; p += kLanes) {
        const Vec sum =
            fma(load(at(memory_.gate, i) + p), load(at(memory_.work, i) + p),
                load_some(d_z + p, lanes(p)));
        store_some(d_z + p, sum, lanes(p));
      }
    }
  }

  // dv, and from it dx and its share of d dt.
  void input_backward() {
    const float* left = memory_.decay + (chunk_.rows - 1) * kChunk;  // r_j
    clear_work();
    if (d_state_ != nullptr) add_state_product(chunk_.B, d_state_);
    for (int64_t i = 0; i < chunk_.rows; ++i) {
      Vec sum = zero();
      for (int64_t p = 0; p < job_.columns; p += kLanes) {
        float* d = at(memory_.work, i) + p;
        sum = fma(load(d), load(at(memory_.remain, i) + p), sum);
        store(d, mul(splat(left[i]), load(d)));
      }
      store(memory_.by_remain + i * kLanes, sum);
    }
    add_small({memory_.mix, 1, kChunk, memory_.d_y, job_.columns, chunk_.rows,
               memory_.work, job_.columns},
              chunk_.rows, job_.columns, Shape::kUpper);
    for (int64_t i = 0; i < chunk_.rows; ++i) {
      float* d_x = job_.args.d_x + column(i);
      Vec by_delta = zero(), by_skip = zero();
      for (int64_t p = 0; p < args_.headdim; p += kLanes) {
        const Vec value = x(i, p);
        const Vec d = load(at(memory_.work, i) + p);
        const Vec d_y = load(at(memory_.d_y, i) + p);
        by_delta = fma(d, value, by_delta);
        by_skip = fma(d_y, value, by_skip);
        const Vec sum = fma(splat(delta(i)), d,
                            fma(skip(), d_y, load_some(d_x + p, lanes(p))));
        store_some(d_x + p, sum, lanes(p));
      }
      store(memory_.by_delta + i * kLanes, by_delta);
      store(memory_.by_skip + i * kLanes, by_skip);
    }
  }

  // dM, and from it the gradient of C_i · B_j and a share of da.
  void product_backward(float* d_products) {
    transpose_small(memory_.input, chunk_.rows, job_.columns,
                    memory_.input_columns, kChunk);
    fill_zero(memory_.d_mix, chunk_.rows * kChunk);
    add_small({memory_.d_y, job_.columns, 1, memory_.input_columns, kChunk,
               args_.headdim, memory_.d_mix, kChunk},
              chunk_.rows, kChunk);
    alignas(64) float index[kChunk];
    alignas(64) float below[kChunk] = {};  // Σ_{i ≥ k} dM_ij M_ij
    for (int64_t j = 0; j < kChunk; ++j) index[j] = static_cast<float>(j);
    for (int64_t k = chunk_.rows - 1; k >= 0; --k) {
      const Vec here = splat(static_cast<float>(k));
      Vec span = zero();
      for (int64_t j = 0; j < kChunk; j += kLanes) {
        const int64_t at = k * kChunk + j;
        const Vec d = load(memory_.d_mix + at);
        const Vec sum = fma(d, load(memory_.mix + at), load(below + j));
        store(below + j, sum);
        span = add(span, select(is_less(load(index + j), here), sum, zero()));
        store(d_products + at,
              fma(d, load(memory_.decay + at), load(d_products + at)));
      }
      store(memory_.by_span + k * kLanes, span);
    }
  }

  // Shares of dB and dC, and dS; returns e_Q S · dS'.
  float state_backward() {
    const int64_t floats = args_.d_state * job_.columns;
    float* d_B = job_.d_B_rows(block_, chunk_.row);
    if (d_state_ != nullptr) add_by_state(d_state_, memory_.remain, d_B);
    if (state_ == nullptr) return 0;
    add_by_state(state_, memory_.carried, d_B + job_.states);
    Vec both = zero();
    for (int64_t i = 0; i < floats; i += kPanel) {
      Vec sum = zero();
      for (int64_t v = i; v < i + kPanel; v += kLanes) {
        const Vec d = load(memory_.d_state + v);
        sum = fma(d, load(state_ + v), sum);
        store(memory_.d_state + v, mul(splat(chunk_.keep), d));
      }
      both = add(both, sum);
    }
    add_outer_product(chunk_.C, memory_.carried, memory_.d_state);
    return chunk_.keep * sum(both);
  }

  // to (rows, 2 · states apart) += rows stateᵀ
  void add_by_state(const float* state, const float* rows, float* to) {
    transpose_small(state, args_.d_state, job_.columns, memory_.state_columns,
                    job_.states);
    add_small({rows, job_.columns, 1, memory_.state_columns, job_.states,
               args_.headdim, to, 2 * job_.states},
              chunk_.rows, job_.states);
  }

  // `through` = e_Q S · dS'
  void row_backward(float through) {
    float carry[kChunk], remain[kChunk], span[kChunk], d_delta[kChunk],
        d_skip[kChunk];
    lane_sums(memory_.by_carry, chunk_.rows, carry);
    lane_sums(memory_.by_remain, chunk_.rows, remain);
    lane_sums(memory_.by_span, chunk_.rows, span);
    lane_sums(memory_.by_delta, chunk_.rows, d_delta);
    lane_sums(memory_.by_skip, chunk_.rows, d_skip);
    float after = 0, before = 0;
    for (int64_t i = chunk_.rows - 1; i >= 0; --i) {
      after += carry[i];
      span[i] += after;
    }
    const int64_t first = chunk_.row * args_.nheads + chunk_.head;
    for (int64_t i = 0; i < chunk_.rows; ++i) {
      const float d_a = span[i] + before + through;
      before += remain[i];
      const int64_t at = first + i * args_.nheads;
      job_.d_delta[at] = d_delta[i] + args_.A[chunk_.head] * d_a;
      job_.d_A[at] = delta(i) * d_a;
      job_.d_D[at] = d_skip[i];
    }
  }

  int64_t block_ = 0;
  const float* state_ = nullptr;    // before the chunk, null if 0
  const float* d_state_ = nullptr;  // after the chunk, null if 0
};

}  // namespace mamba::MAMBA_CPU_ISA
