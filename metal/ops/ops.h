// The op interface. An op is a *stage*: coarse enough that a backend can do a
// decode step of it in one dispatch (4 per Mamba layer, 3 per Mamba 2 layer).
// Every op works for any number of rows; the backend picks the kernel for one
// row or for many. Accumulation, activations and state are f32.
//
// Letters: L rows, D d_inner, N d_state, H nheads, P headdim, G ngroups,
// K d_conv, M d_model, V vocabulary. Arrays are row-major and dense.
#pragma once

#include <memory>

#include "core/draw.h"
#include "core/memory.h"
#include "core/tensor.h"

namespace mamba {

// RMSNorm:   y = x / sqrt(mean(x²) + eps) · weight
// LayerNorm: y = (x - mean(x)) / sqrt(var(x) + eps) · weight + bias
struct Norm {
  const float* weight = nullptr;  // null = no norm, y = x
  const float* bias = nullptr;    // LayerNorm only
  bool rms = true;
  float eps = 1e-5f;
};

struct InProjConvArgs {
  const float* x = nullptr;     // (L, M)
  Norm norm;                    // over M
  Matrix weight;                // (J, M); J columns of the result
  const float* bias = nullptr;  // (J) or null
  // Columns [conv_begin, conv_begin + channels) go through the convolution.
  int64_t conv_begin = 0;
  int64_t channels = 0;
  int64_t d_conv = 0;
  const float* conv_weight = nullptr;  // (K, channels), row K-1 = newest input
  const float* conv_bias = nullptr;    // (channels) or null
  float* out = nullptr;                // (L, J)
  // Training: (L, channels), gets what goes into the convolution. Else null.
  float* raw = nullptr;
};

struct LinearArgs {
  const float* x = nullptr;  // rows of I, x_stride apart
  int64_t x_stride = 0;
  Matrix weight;                // (J, I)
  const float* bias = nullptr;  // (J) or null
  float* out = nullptr;         // (L, J)
};

struct SelectiveScanArgs {
  int64_t d_inner = 0, d_state = 0, dt_rank = 0;
  const float* u = nullptr;  // rows of D, u_stride apart
  int64_t u_stride = 0;
  // dt before bias and softplus: rows of dt_rank, dt_stride apart, through
  // dt_proj (D, dt_rank); without dt_proj, rows of D that are taken as they
  // are.
  const float* dt = nullptr;
  int64_t dt_stride = 0;
  Matrix dt_proj;
  const float* dt_bias = nullptr;  // (D) or null
  bool dt_softplus = true;
  const float* B = nullptr;  // rows of N, bc_stride apart
  const float* C = nullptr;  // rows of N, bc_stride apart
  int64_t bc_stride = 0;
  const float* A = nullptr;  // (N, D), A = -exp(A_log), transposed
  const float* D = nullptr;  // (D) or null
  const float* z = nullptr;  // rows of D, z_stride apart, or null = no gate
  int64_t z_stride = 0;
  float* out = nullptr;  // (L, D)
};

struct SsdArgs {
  int64_t nheads = 0, headdim = 0, d_state = 0, ngroups = 0;
  const float* z = nullptr;        // rows of D
  const float* x = nullptr;        // rows of D, after conv and silu
  const float* B = nullptr;        // rows of G·N; head h reads group h / (H/G)
  const float* C = nullptr;        // rows of G·N
  const float* dt = nullptr;       // rows of H, raw
  int64_t stride = 0;              // of all five: they are columns of one array
  const float* dt_bias = nullptr;  // (H)
  float dt_min = 0, dt_max = 0;    // clamp after the softplus
  const float* A = nullptr;        // (H), A = -exp(A_log)
  const float* D = nullptr;        // (H)
  float* out = nullptr;            // (L, D)
};

struct OutProjArgs {
  const float* y = nullptr;  // (L, D)
  // Gated RMSNorm of Mamba 2 over each of `groups` equal parts of D (the gate
  // is already in y); null weight = none.
  Norm norm;
  int64_t groups = 1;
  Matrix weight;                // (M, D)
  const float* bias = nullptr;  // (M) or null
  // residual += result; or, if not accumulate, residual = result.
  bool accumulate = true;
  float* residual = nullptr;  // (L, M)
};

struct LmHeadArgs {
  const float* residual = nullptr;  // (L, M)
  const int64_t* rows = nullptr;    // (R) the rows that want logits
  int64_t n_rows = 0;
  Norm norm;                // norm_f
  Matrix weight;            // (V, M)
  float* logits = nullptr;  // (R, V)
};

// One row's draw; `place` is the number in [0, 1) that decides.
struct RowDraw {
  DrawOptions options;
  double place = 0;
};

struct SampleArgs {
  const float* logits = nullptr;   // (R, V)
  const RowDraw* draws = nullptr;  // (R)
  int64_t n_rows = 0;              // R
  int64_t vocab_size = 0;          // V, padded
  uint32_t* ids = nullptr;         // (R)
  // (R): of the ids in the softmax of the logits below the row's vocab_size
  float* logprobs = nullptr;
};

// Ops may return before they are done: what they read must stay as it is, and
// what they write must not be looked at, until finish(). They are done in the
// order in which they were asked for. Only Batch, its segments and args are
// free at once.
class Ops {
 public:
  virtual ~Ops() = default;

  // Arrays may lie anywhere. Those in here are worked with where they lie;
  // others may be copied in when the op is asked for, and out by finish().
  virtual const std::shared_ptr<Memory>& memory() const;
  // Waits for all that was asked for. Throws Error of what went wrong; results
  // since the last finish() are then worthless.
  virtual void finish() {}

  // out[i] = 0; out (n)
  virtual void zero(float* out, int64_t n);
  // to[i] = from[i]; both (n), apart
  virtual void copy(const float* from, int64_t n, float* to);

  // out[l] = table[ids[l]].  ids (L), table (V, M) -> out (L, M)
  virtual void embedding(const uint32_t* ids, int64_t n, const Matrix& table,
                         float* out) = 0;

  // p = norm(x) Wᵀ + b; columns of the convolution become
  //   silu(Σ_k conv_weight[k] · input[l - (K-1) + k] + conv_bias),
  // inputs before the first row come from conv state, which moves on.
  virtual void in_proj_conv(const Batch& batch, const InProjConvArgs& args) = 0;

  // out = x Wᵀ + b
  virtual void linear(const Batch& batch, const LinearArgs& args) = 0;

  // Mamba (Gu & Dao 2023, arXiv:2312.00752, eq. 2 and Algorithm 2):
  //   dt = softplus(dt_proj(dt) + dt_bias)
  //   h[n,d] = exp(dt[d] A[n,d]) h[n,d] + dt[d] B[n] u[d]
  //   out[d] = (Σ_n C[n] h[n,d] + D[d] u[d]) · silu(z[d])
  virtual void selective_scan(const Batch& batch,
                              const SelectiveScanArgs& args) = 0;

  // Mamba 2 (Dao & Gu 2024, arXiv:2405.21060, section 3 and 6), head h:
  //   dt = clamp(softplus(dt + dt_bias), dt_min, dt_max)
  //   h[n,p] = exp(dt A) h[n,p] + dt B[n] x[p]
  //   out[p] = (Σ_n C[n] h[n,p] + D x[p]) · silu(z[p])
  virtual void ssd(const Batch& batch, const SsdArgs& args) = 0;

  // residual += norm(y) Wᵀ + b
  virtual void out_proj(const Batch& batch, const OutProjArgs& args) = 0;

  // logits[r] = norm_f(residual[rows[r]]) Wᵀ
  virtual void lm_head(const Batch& batch, const LmHeadArgs& args) = 0;

  // Draws a token from each row of logits, as Drawer does. A NaN or +infinity
  // among a row's logits, or -infinity alone, gives id 0 and logprob NaN.
  virtual void sample(const SampleArgs& args);
  // True if tokens should be drawn by sample(): logits are best left where they
  // are, or a call for several tokens is better than one for each.
  virtual bool samples_on_device() const { return false; }
};

}  // namespace mamba
