// Backward of x Wᵀ + b, for every op that ends in one.
#pragma once

#include "backend/cpu/backward/norm.h"
#include "backend/cpu/backward/products.h"

namespace mamba::MAMBA_CPU_ISA {

// d_x = d_out W (as the target says), d_weight += d_outᵀ x, d_bias += Σ d_out;
// the latter two unless null.
inline void affine_backward(BackwardContext& context, const Rows& d_out,
                            const Rows& x, const Matrix& weight,
                            const Target& d_x, float* d_weight, float* d_bias) {
  multiply(context, d_out, weight, d_x);
  if (d_weight != nullptr) {
    add_outer(context, d_out, weight.rows, x, weight.cols, d_weight);
  }
  if (d_bias != nullptr) add_column_sums(context, d_out, weight.rows, d_bias);
}

// Where the gradient of norm(x) (rows, width) goes: to scratch of the arena,
// which norm_backward() reads, or without a norm onto d_x itself.
inline Target normed_gradient(BackwardContext& context, const Norm& norm,
                              int64_t rows, int64_t width, float* d_x) {
  if (norm.weight == nullptr) return {d_x, width, nullptr, true};
  return {context.arena.allocate<float>(rows * width), width, nullptr, false};
}

inline void linear_backward(BackwardContext& context, const Batch& batch,
                            const LinearBackward& args) {
  const LinearArgs& forward = args.forward;
  affine_backward(context, {args.d_out, forward.weight.rows, batch.rows},
                  {forward.x, forward.x_stride, batch.rows}, forward.weight,
                  {args.d_x, forward.x_stride, nullptr, true}, args.d_weight,
                  args.d_bias);
}

}  // namespace mamba::MAMBA_CPU_ISA
