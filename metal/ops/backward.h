// The backward of every op, for training. The forward of a training step is the
// same Ops as ever; what it was called with is handed to the op's backward
// together with the gradient of its result.
//
// Rules, of every function here:
//  - d_x is the gradient of the loss with respect to x, in x's own shape and
//    strides. Gradients are *added* to what is there, those of inputs as well
//    as those of weights; `d_out` is only read.
//  - A null gradient of a weight is not wanted (the weight is frozen): the work
//    for it is left out. Gradients of inputs are never null.
//  - Every sequence of the batch begins at the zero state, and its last state
//    is dropped. Segment.state is not used.
//  - Gradients of small weights are in the layout that ops read, and with
//    respect to what ops read: conv (K, channels), A (N, D) with A =
//    -exp(A_log).
//  - The order of every sum depends on the sizes alone: the same numbers give
//    the same bits whatever the thread count.
//
// Letters as in ops.h.
#pragma once

#include "ops/ops.h"

namespace mamba {

struct NormGradient {
  float* weight = nullptr;
  float* bias = nullptr;
};

struct EmbeddingBackward {
  const uint32_t* ids = nullptr;  // (L)
  int64_t n = 0;                  // L
  const float* d_out = nullptr;   // (L, M)
  int64_t vocab_size = 0, d_model = 0;
  float* d_table = nullptr;  // (V, M), not null
};

struct InProjConvBackward {
  // As the forward was called, but x is what it was then, and `raw` is there.
  InProjConvArgs forward;
  const float* d_out = nullptr;  // (L, J)
  float* d_x = nullptr;          // (L, M)
  NormGradient d_norm;
  float* d_weight = nullptr;       // (J, M)
  float* d_bias = nullptr;         // (J)
  float* d_conv_weight = nullptr;  // (K, channels)
  float* d_conv_bias = nullptr;    // (channels)
};

struct LinearBackward {
  LinearArgs forward;
  const float* d_out = nullptr;  // (L, J)
  float* d_x = nullptr;          // rows of I, forward.x_stride apart
  float* d_weight = nullptr;     // (J, I)
  float* d_bias = nullptr;       // (J)
};

struct SelectiveScanBackward {
  SelectiveScanArgs forward;
  const float* d_out = nullptr;  // (L, D)
  float* d_u = nullptr;          // rows of D, u_stride apart
  float* d_dt = nullptr;         // rows of dt_rank or D, dt_stride apart
  float* d_B = nullptr;          // rows of N, bc_stride apart
  float* d_C = nullptr;          // rows of N, bc_stride apart
  float* d_z = nullptr;          // rows of D, z_stride apart; null without z
  float* d_dt_proj = nullptr;    // (D, dt_rank)
  float* d_dt_bias = nullptr;    // (D)
  float* d_A = nullptr;          // (N, D)
  float* d_D = nullptr;          // (D)
};

struct SsdBackward {
  SsdArgs forward;
  const float* d_out = nullptr;  // (L, D)
  float* d_z = nullptr;          // all five: rows forward.stride apart
  float* d_x = nullptr;
  float* d_B = nullptr;
  float* d_C = nullptr;
  float* d_dt = nullptr;
  float* d_dt_bias = nullptr;  // (H)
  float* d_A = nullptr;        // (H)
  float* d_D = nullptr;        // (H)
};

struct OutProjBackward {
  OutProjArgs forward;
  const float* d_residual = nullptr;  // (L, M), passes through unchanged
  float* d_y = nullptr;               // (L, D)
  NormGradient d_norm;
  float* d_weight = nullptr;  // (M, D)
  float* d_bias = nullptr;    // (M)
};

// The head and the loss in one, rows in bounded pieces, so that logits of all
// rows never exist together:
//   loss = Σ_l -log softmax(norm_f(residual[l]) Wᵀ)[targets[l]]
// over the rows whose target is not kNoTarget; gradients are those of
// scale · loss.
struct CrossEntropyArgs {
  static constexpr uint32_t kNoTarget = 0xffffffffu;

  const float* residual = nullptr;    // (L, M)
  const uint32_t* targets = nullptr;  // (L), each < V or kNoTarget
  int64_t rows = 0;                   // L
  Norm norm;                          // norm_f
  Matrix weight;                      // (V, M)
  float scale = 1;
  double loss = 0;  // out
  // Null = the loss alone.
  float* d_residual = nullptr;  // (L, M)
  NormGradient d_norm;
  float* d_weight = nullptr;  // (V, M)
};

// Like Ops these may return before they are done, except cross_entropy, whose
// loss is there when it returns. The finish() of either waits for both.
class BackwardOps {
 public:
  virtual ~BackwardOps() = default;

  virtual void finish() {}

  virtual void embedding(const EmbeddingBackward& args) = 0;
  virtual void in_proj_conv(const Batch& batch,
                            const InProjConvBackward& args) = 0;
  virtual void linear(const Batch& batch, const LinearBackward& args) = 0;
  // Recomputes the states from those at chunk boundaries: nothing of size
  // (L, D, N) is ever stored.
  virtual void selective_scan(const Batch& batch,
                              const SelectiveScanBackward& args) = 0;
  virtual void ssd(const Batch& batch, const SsdBackward& args) = 0;
  virtual void out_proj(const Batch& batch, const OutProjBackward& args) = 0;
  virtual void cross_entropy(CrossEntropyArgs& args) = 0;
};

}  // namespace mamba
