#include "backend/reference/formulas.h"
#include "backend/reference/reference_ops.h"

namespace mamba {

void ReferenceOps::out_proj(const Batch& batch, const OutProjArgs& args) {
  const int64_t inputs = args.weight.cols, outputs = args.weight.rows;
  const int64_t part = inputs / args.groups;
  resize(rows_, batch.rows * inputs);
  resize(weight_row_, inputs);
  resize(result_, batch.rows * outputs);
  for (int64_t at = 0; at < batch.rows * inputs; at += part) {
    Norm norm = args.norm;
    if (norm.weight != nullptr) norm.weight += at % inputs;
    if (norm.bias != nullptr) norm.bias += at % inputs;
    reference::apply_norm(norm, args.y + at, part, rows_.data() + at);
  }
  reference::matmul({rows_.data(), batch.rows, inputs, args.weight, args.bias,
                     result_.data(), outputs, weight_row_.data()});
  for (int64_t i = 0; i < batch.rows * outputs; ++i) {
    const float before = args.accumulate ? args.residual[i] : 0.0f;
    args.residual[i] = before + result_[static_cast<std::size_t>(i)];
  }
}

}  // namespace mamba
