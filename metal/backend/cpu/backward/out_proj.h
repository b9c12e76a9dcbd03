// Backward of the gated norm and out_proj. The residual's gradient passes by.
#pragma once

#include "backend/cpu/backward/linear.h"

namespace mamba::MAMBA_CPU_ISA {

inline void out_proj_backward(BackwardContext& context, const Batch& batch,
                              const OutProjBackward& args) {
  const OutProjArgs& forward = args.forward;
  const int64_t width = forward.weight.cols;
  ArenaScope scope(context.arena);
  const Rows y = normed_rows(context, forward.norm, forward.groups, forward.y,
                             width, nullptr, batch.rows);
  const Target d_normed =
      normed_gradient(context, forward.norm, batch.rows, width, args.d_y);
  affine_backward(context, {args.d_residual, forward.weight.rows, batch.rows},
                  y, forward.weight, d_normed, args.d_weight, args.d_bias);
  if (forward.norm.weight == nullptr) return;
  norm_backward(context,
                {forward.norm, forward.groups, width, batch.rows, forward.y,
                 d_normed.out, args.d_y, nullptr, args.d_norm});
}

}  // namespace mamba::MAMBA_CPU_ISA
