#include "backend/metal/backward/products.h"

#include "backend/metal/backward/norm_rows.h"
#include "backend/metal/backward/scratch_slots.h"
#include "backend/metal/backward/sums.h"
#include "backend/metal/gemm.h"
#include "backend/metal/norm_rows.h"

namespace mamba::metal {
namespace {

// d_x (+)= d_out W
void inputs_backward(Stream& stream, const ProductBackward& args, float* d_x,
                     bool accumulate) {
  GemmArgs product;
  product.rows = args.rows;
  product.cols = args.weight.cols;
  product.inner = args.weight.rows;
  product.a = args.d_out;
  product.a_stride = args.weight.rows;
  product.b = args.weight.data;
  product.b_dtype = args.weight.dtype;
  product.b_stride = args.weight.cols;
  product.b_transposed = false;
  product.out = d_x;
  product.out_stride = args.x_stride;
  product.accumulate = accumulate;
  gemm(stream, product);
}

// d_W += d_outᵀ y, y = norm(x)
void weights_backward(Stream& stream, const ProductBackward& args,
                      const float* y) {
  GemmArgs product;
  product.rows = args.weight.rows;
  product.cols = args.weight.cols;
  product.inner = args.rows;
  product.a = args.d_out;
  product.a_stride = args.weight.rows;
  product.a_transposed = true;
  product.b = y;
  product.b_stride = args.x_stride;
  product.b_transposed = false;
  product.out = args.d_weight;
  product.out_stride = args.weight.cols;
  product.accumulate = true;
  gemm(stream, product);
}

const float* normalised(Stream& stream, const ProductBackward& args) {
  NormRowsArgs norm;
  norm.x = args.x;
  norm.rows = args.rows;
  norm.cols = args.weight.cols;
  norm.groups = args.groups;
  norm.norm = args.norm;
  norm.out = stream.scratch(kNormalisedSlot, norm.rows * norm.cols);
  norm_rows(stream, norm);
  return norm.out;
}

void norm_backward(Stream& stream, const ProductBackward& args,
                   const float* d_y) {
  NormRowsBackward norm;
  norm.x = args.x;
  norm.rows = args.rows;
  norm.cols = args.weight.cols;
  norm.groups = args.groups;
  norm.norm = args.norm;
  norm.d_y = d_y;
  norm.d_x = args.d_x;
  norm.d_norm = args.d_norm;
  norm_rows_backward(stream, norm);
}

}  // namespace

void product_backward(Stream& stream, const ProductBackward& args) {
  if (args.rows == 0) return;
  const Matrix& weight = args.weight;
  if (args.norm.weight == nullptr) {
    inputs_backward(stream, args, args.d_x, true);
    if (args.d_weight != nullptr) weights_backward(stream, args, args.x);
  } else {
    float* const d_y = stream.scratch(kGradientSlot, args.rows * weight.cols);
    inputs_backward(stream, args, d_y, false);
    norm_backward(stream, args, d_y);
    if (args.d_weight != nullptr) {
      weights_backward(stream, args, normalised(stream, args));
    }
  }
  add_column_sums(stream, args.d_out, args.rows, weight.rows, args.d_bias);
}

}  // namespace mamba::metal
