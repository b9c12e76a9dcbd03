// residual += norm(y) Wᵀ
#pragma once

#include "backend/cpu/linear.h"

namespace mamba::MAMBA_CPU_ISA {

inline void out_proj(CpuContext& context, const Batch& batch,
                     const OutProjArgs& args) {
  const Rows y = normed_rows(context, args.norm, args.groups, args.y,
                             args.weight.cols, nullptr, batch.rows);
  matmul(context, batch, args.weight, y,
         {args.residual, args.weight.rows, args.bias, args.accumulate});
}

}  // namespace mamba::MAMBA_CPU_ISA
