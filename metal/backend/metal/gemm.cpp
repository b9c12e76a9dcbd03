#include "backend/metal/gemm.h"

#include "core/error.h"

namespace mamba::metal {

void gemm(Stream&, const GemmArgs&) {
  fail(Status::internal, "Cannot multiply matrices on metal yet");
}

GemmArgs weight_product(const float* x, int64_t rows, const Matrix& weight,
                        float* out) {
  GemmArgs args;
  args.rows = rows;
  args.cols = weight.rows;
  args.inner = weight.cols;
  args.a = x;
  args.a_stride = weight.cols;
  args.b = weight.data;
  args.b_dtype = weight.dtype;
  args.b_stride = weight.cols;
  args.out = out;
  args.out_stride = weight.rows;
  return args;
}

}  // namespace mamba::metal
