// Logits of the rows that want them.
#pragma once

#include "backend/cpu/linear.h"

namespace mamba::MAMBA_CPU_ISA {

inline void lm_head(CpuContext& context, const Batch& batch,
                    const LmHeadArgs& args) {
  if (args.n_rows == 0) return;
  const Rows x = normed_rows(context, args.norm, 1, args.residual,
                             args.weight.cols, args.rows, args.n_rows);
  matmul(context, batch, args.weight, x,
         {args.logits, args.weight.rows, nullptr, false});
}

}  // namespace mamba::MAMBA_CPU_ISA
