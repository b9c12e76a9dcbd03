// A block of channels through sequences, forth for the states between chunks
// and then back, chunk by chunk.
#pragma once

#include "backend/cpu/backward/selective_scan_chunk.h"
#include "core/thread_pool.h"

namespace mamba::MAMBA_CPU_ISA {

// Channels of a block: dB and dC are summed within blocks, then over them.
constexpr int64_t kScanBlock = 128;
constexpr int64_t kScanVecs = kScanBlock / kLanes;

// What all blocks share.
struct ScanJob {
  const Batch* batch;
  const SelectiveScanBackward* args;
  float* delta;      // (L, D): raw dt, then after the softplus
  float* d_raw;      // (L, D): d dt / d raw, then the gradient of raw dt
  float* d_BC;       // (blocks, L, 2, N)
  float* d_weights;  // (…, N + 1, D): dA and dD, one after another per item

  int64_t states() const { return args->forward.d_state; }
  int64_t width() const { return args->forward.d_inner; }
};

// A thread's working memory.
struct ScanMemory {
  ScanRows rows[kScanVecs];
  ScanScratch scratch;
  alignas(64) float d_D[kScanBlock];
  // (kScanVecs, N, kLanes) each; `initial` as often as there are chunks.
  float *A, *d_A, *gradient, *initial;

  // Floats behind the arrays of known size.
  static int64_t floats(int64_t states, int64_t chunks) {
    return (3 + chunks) * kScanBlock * states;
  }
  void attach(float* floats, int64_t states) {
    A = floats;
    d_A = A + kScanBlock * states;
    gradient = d_A + kScanBlock * states;
    initial = gradient + kScanBlock * states;
    const int64_t count = kScanChunk * kScanGroup * kLanes;
    for (int64_t i = 0; i < count; ++i) scratch.d_B[i] = scratch.d_C[i] = 0;
  }
};

class ScanWalk {
 public:
  ScanWalk(const ScanJob& job, int64_t block, ScanMemory& memory)
      : job_(job),
        args_(job.args->forward),
        memory_(memory),
        begin_(block * kScanBlock),
        vecs_((min_of(kScanBlock, job.width() - begin_) + kLanes - 1) / kLanes),
        d_BC_(job.d_BC + block * job.batch->rows * 2 * job.states()) {}

  // Sequences [range.begin, range.end); d_weights (N + 1, D) gets dA and dD.
  void run(Range range, float* d_weights) {
    const int64_t states = job_.states();
    for (int64_t v = 0; v < vecs_; ++v) {
      store(memory_.d_D + v * kLanes, zero());
      for (int64_t s = 0; s < states; ++s) {
        const int64_t at = (v * states + s) * kLanes;
        const float* A = args_.A + s * job_.width() + channel(v);
        store(memory_.A + at, mul(load_some(A, lanes(v)), splat(kLog2e)));
        store(memory_.d_A + at, zero());
      }
    }
    for (int64_t i = range.begin; i < range.end; ++i) {
      sequence(job_.batch->segments[i]);
    }
    for (int64_t v = 0; v < vecs_; ++v) {
      float* to = d_weights + channel(v);
      for (int64_t s = 0; s < states; ++s, to += job_.width()) {
        const float* d_A = memory_.d_A + (v * states + s) * kLanes;
        store_some(to, load(d_A), lanes(v));
      }
      store_some(to, load(memory_.d_D + v * kLanes), lanes(v));
    }
  }

 private:
  int64_t channel(int64_t v) const { return begin_ + v * kLanes; }
  int64_t lanes(int64_t v) const {
    return min_of(kLanes, job_.width() - channel(v));
  }
  // The states before a chunk.
  float* initial(int64_t chunk, int64_t v) const {
    return memory_.initial + (chunk * kScanVecs + v) * job_.states() * kLanes;
  }
  StateRows inputs(int64_t row, int64_t rows) const {
    return {args_.B + row * args_.bc_stride, args_.C + row * args_.bc_stride,
            args_.bc_stride, rows};
  }
  ScanStates states_of(int64_t chunk, int64_t v) const {
    const int64_t at = v * job_.states() * kLanes;
    return {memory_.A + at, initial(chunk, v), memory_.gradient + at,
            memory_.d_A + at};
  }

  void sequence(const Segment& segment) {
    const int64_t chunks = (segment.count + kScanChunk - 1) / kScanChunk;
    const int64_t floats = kScanVecs * job_.states() * kLanes;
    for (int64_t i = 0; i < floats; i += kLanes) {
      store(memory_.initial + i, zero());
      store(memory_.gradient + i, zero());
    }
    for (int64_t c = 0; c < chunks; ++c) {
      const int64_t rows = min_of(kScanChunk, segment.count - c * kScanChunk);
      forth(c, segment.first + c * kScanChunk, rows, c + 1 < chunks);
    }
    for (int64_t c = chunks - 1; c >= 0; --c) {
      const int64_t rows = min_of(kScanChunk, segment.count - c * kScanChunk);
      back(c, segment.first + c * kScanChunk, rows);
    }
  }

  // dt of a chunk, and the states before the next, if there is one.
  void forth(int64_t chunk, int64_t row, int64_t rows, bool more) {
    for (int64_t v = 0; v < vecs_; ++v) {
      ScanRows& part = memory_.rows[v];
      load_delta(row, rows, v, part);
      if (!more) continue;
      const StateRows in = inputs(row, rows);
      const ScanStates states = states_of(chunk, v);
      float* after = initial(chunk + 1, v);
      int64_t s = 0;
      for (; s + kScanGroup <= job_.states(); s += kScanGroup) {
        scan_through<kScanGroup>(part, states, in, s, after);
      }
      for (; s < job_.states(); ++s) {
        scan_through<1>(part, states, in, s, after);
      }
    }
  }

  void load_delta(int64_t row, int64_t rows, int64_t v, ScanRows& part) {
    const int64_t n = lanes(v);
    const float* u = args_.u + row * args_.u_stride + channel(v);
    for (int64_t i = 0; i < rows; ++i) {
      const int64_t at = (row + i) * job_.width() + channel(v);
      Vec delta = load_some(job_.delta + at, n);
      Vec slope = splat(1.0f);
      if (args_.dt_softplus) {
        slope = sigmoid(delta);
        delta = softplus(delta);
      }
      store_some(job_.d_raw + at, slope, n);
      store_some(job_.delta + at, delta, n);
      const Vec value = load_some(u + i * args_.u_stride, n);
      store(part.delta + i * kLanes, delta);
      store(part.input + i * kLanes, mul(delta, value));
    }
  }

  void back(int64_t chunk, int64_t row, int64_t rows) {
    for (int64_t v = 0; v < vecs_; ++v) load_rows(row, rows, v);
    int64_t s = 0;
    for (; s + kScanGroup <= job_.states(); s += kScanGroup) {
      group_back<kScanGroup>(chunk, row, rows, s);
    }
    for (; s < job_.states(); ++s) group_back<1>(chunk, row, rows, s);
    for (int64_t v = 0; v < vecs_; ++v) finish_rows(row, rows, v);
  }

  template <int N>
  void group_back(int64_t chunk, int64_t row, int64_t rows, int64_t s) {
    const StateRows in = inputs(row, rows);
    ScanScratch& scratch = memory_.scratch;
    for (int64_t v = 0; v < vecs_; ++v) {
      const ScanStates states = states_of(chunk, v);
      scan_again<N>(memory_.rows[v], states, in, s, scratch);
      scan_back<N>(memory_.rows[v], states, in, s, scratch);
    }
    float* to = d_BC_ + row * 2 * job_.states() + s;
    for (int64_t i = 0; i < rows; ++i, to += 2 * job_.states()) {
      take_sums(scratch.d_B + i * N * kLanes, N, to);
      take_sums(scratch.d_C + i * N * kLanes, N, to + job_.states());
    }
  }

  void load_rows(int64_t row, int64_t rows, int64_t v) {
    ScanRows& part = memory_.rows[v];
    const int64_t n = lanes(v);
    const Vec skip =
        args_.D == nullptr ? zero() : load_some(args_.D + channel(v), n);
    for (int64_t i = 0; i < rows; ++i) {
      const int64_t l = row + i;
      const int64_t at = l * job_.width() + channel(v);
      const Vec delta = load_some(job_.delta + at, n);
      const Vec u = load_some(args_.u + l * args_.u_stride + channel(v), n);
      Vec d_y = load_some(job_.args->d_out + at, n);
      if (args_.z != nullptr) {
        const Gate gate(
            load_some(args_.z + l * args_.z_stride + channel(v), n));
        store(part.d_gate + i * kLanes, mul(d_y, gate.slope));
        d_y = mul(d_y, gate.silu);
      }
      store(part.delta + i * kLanes, delta);
      store(part.u + i * kLanes, u);
      store(part.input + i * kLanes, mul(delta, u));
      store(part.d_y + i * kLanes, d_y);
      store(part.y + i * kLanes, mul(skip, u));
      store(part.d_decay + i * kLanes, zero());
      store(part.d_product + i * kLanes, zero());
    }
  }

  void finish_rows(int64_t row, int64_t rows, int64_t v) {
    constexpr float kLn2 = 0.693147180559945f;  // A is times log2(e)
    const ScanRows& part = memory_.rows[v];
    const int64_t n = lanes(v);
    const Vec skip =
        args_.D == nullptr ? zero() : load_some(args_.D + channel(v), n);
    Vec d_D = load(memory_.d_D + v * kLanes);
    for (int64_t i = 0; i < rows; ++i) {
      const int64_t l = row + i;
      const Vec u = load(part.u + i * kLanes);
      const Vec d_y = load(part.d_y + i * kLanes);
      const Vec d_product = load(part.d_product + i * kLanes);
      d_D = fma(d_y, u, d_D);
      float* d_u = job_.args->d_u + l * args_.u_stride + channel(v);
      const Vec delta = load(part.delta + i * kLanes);
      store_some(d_u, fma(d_product, delta, fma(skip, d_y, load_some(d_u, n))),
                 n);
      float* d_raw = job_.d_raw + l * job_.width() + channel(v);
      const Vec d_decay = mul(load(part.d_decay + i * kLanes), splat(kLn2));
      const Vec d_delta = fma(d_product, u, d_decay);
      store_some(d_raw, mul(d_delta, load_some(d_raw, n)), n);
      if (args_.z == nullptr) continue;
      float* d_z = job_.args->d_z + l * args_.z_stride + channel(v);
      store_some(d_z,
                 fma(load(part.d_gate + i * kLanes), load(part.y + i * kLanes),
                     load_some(d_z, n)),
                 n);
    }
    store(memory_.d_D + v * kLanes, d_D);
  }

  const ScanJob& job_;
  const SelectiveScanArgs& args_;
  ScanMemory& memory_;
  int64_t begin_, vecs_;
  float* d_BC_;  // (L, 2, N)
};

}  // namespace mamba::MAMBA_CPU_ISA
