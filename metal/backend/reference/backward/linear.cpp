#include "backend/reference/backward/gradients.h"
#include "backend/reference/backward/reference_backward.h"

namespace mamba {

void ReferenceBackward::linear(const Batch& batch, const LinearBackward& args) {
  const LinearArgs& forward = args.forward;
  const int64_t inputs = forward.weight.cols, outputs = forward.weight.rows;
  const auto x =
      reference::read_rows(forward.x, batch.rows, inputs, forward.x_stride);
  const auto d_out =
      reference::read_rows(args.d_out, batch.rows, outputs, outputs);
  const auto d_x =
      reference::matmul_backward({x.data(), d_out.data(), batch.rows,
                                  forward.weight, args.d_weight, args.d_bias});
  for (int64_t l = 0; l < batch.rows; ++l) {
    reference::add_to(args.d_x + l * forward.x_stride, d_x.data() + l * inputs,
                      inputs);
  }
}

}  // namespace mamba
