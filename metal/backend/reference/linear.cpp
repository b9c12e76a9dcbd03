#include "backend/reference/formulas.h"
#include "backend/reference/reference_ops.h"

namespace mamba {

void ReferenceOps::linear(const Batch& batch, const LinearArgs& args) {
  resize(weight_row_, args.weight.cols);
  reference::matmul({args.x, batch.rows, args.x_stride, args.weight, args.bias,
                     args.out, args.weight.rows, weight_row_.data()});
}

}  // namespace mamba
