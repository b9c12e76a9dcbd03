#include "backend/reference/formulas.h"
#include "backend/reference/reference_ops.h"

namespace mamba {

void ReferenceOps::lm_head(const Batch&, const LmHeadArgs& args) {
  const int64_t inputs = args.weight.cols, outputs = args.weight.rows;
  resize(rows_, args.n_rows * inputs);
  resize(weight_row_, inputs);
  for (int64_t r = 0; r < args.n_rows; ++r) {
    reference::apply_norm(args.norm, args.residual + args.rows[r] * inputs,
                          inputs, rows_.data() + r * inputs);
  }
  reference::matmul({rows_.data(), args.n_rows, inputs, args.weight, nullptr,
                     args.logits, outputs, weight_row_.data()});
}

}  // namespace mamba
