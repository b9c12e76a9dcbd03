#include "backend/metal/row_products.h"

#include "backend/metal/gemm.h"
#include "backend/metal/norm_rows.h"

namespace mamba::metal {
namespace {

// Beyond these, weights would be read again.
constexpr int64_t kFewRows = 8;

// x, or the rows of it that count, dense and normalised.
RowProduct with_ready_rows(Stream& stream, const RowProduct& product) {
  NormRowsArgs args;
  args.x = product.x;
  args.which = product.which;
  args.x_rows = product.x_rows;
  args.rows = product.rows;
  args.cols = product.weight.cols;
  args.groups = product.groups;
  args.norm = product.norm;
  args.out = stream.scratch(0, product.rows * product.weight.cols);
  norm_rows(stream, args);
  RowProduct ready = product;
  ready.x = args.out;
  ready.x_stride = args.cols;
  ready.which = nullptr;
  ready.norm = Norm();
  return ready;
}

void many_rows(Stream& stream, const RowProduct& product) {
  GemmArgs args =
      weight_product(product.x, product.rows, product.weight, product.out);
  args.a_stride = product.x_stride;
  args.bias = product.bias;
  args.accumulate = product.accumulate;
  gemm(stream, args);
}

}  // namespace

RowProduct with_simple_norm(Stream& stream, const RowProduct& product) {
  const bool simple = product.norm.weight == nullptr ||
                      (product.norm.rms && product.groups == 1);
  return simple ? product : with_ready_rows(stream, product);
}

void row_products(Stream& stream, const Batch& batch,
                  const RowProduct& product) {
  if (product.rows == 0) return;
  if (batch.is_decode() || product.rows <= kFewRows) {
    gemv(stream, with_simple_norm(stream, product));
  } else if (product.norm.weight != nullptr || product.which != nullptr) {
    many_rows(stream, with_ready_rows(stream, product));
  } else {
    many_rows(stream, product);
  }
}

}  // namespace mamba::metal
