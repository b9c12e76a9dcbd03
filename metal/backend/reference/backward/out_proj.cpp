#include "backend/reference/backward/gradients.h"
#include "backend/reference/backward/reference_backward.h"

namespace mamba {

void ReferenceBackward::out_proj(const Batch& batch,
                                 const OutProjBackward& args) {
  const OutProjArgs& forward = args.forward;
  const int64_t inputs = forward.weight.cols, outputs = forward.weight.rows;
  const reference::NormalisedRows y(forward.norm, forward.y, batch.rows, inputs,
                                    forward.groups);
  const auto d_out =
      reference::read_rows(args.d_residual, batch.rows, outputs, outputs);
  const auto d_y =
      reference::matmul_backward({y.y(), d_out.data(), batch.rows,
                                  forward.weight, args.d_weight, args.d_bias});
  y.backward(d_y.data(), args.d_y, args.d_norm);
}

}  // namespace mamba
