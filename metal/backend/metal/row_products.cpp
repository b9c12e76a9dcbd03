#include "backend/metal/row_products.h"

#include "backend/metal/gemm.h"
#include "backend/metal/kernel_table.h"
#include "backend/metal/kernels/quant_rows.h"
#include "backend/metal/norm_rows.h"
#include "quant/layout.h"

namespace mamba::metal {
namespace {

// Beyond these, weights would be read again.
constexpr int64_t kFewRows = 8;

constexpr uint32_t kThreads = 256;
constexpr Kernel kQuantRows = {"quant_rows", "quant_rows"};

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

// Columns in whole blocks: what fills up a rotated one counts.
int64_t filled_cols(const Matrix& weight) {
  return ceil_div(weight.cols, kQuantBlock) * kQuantBlock;
}

// x (rows, filled_cols) as products with quantised weights see it, in the
// second scratch slot.
const float* quantised_rows(Stream& stream, const RowProduct& product) {
  const Matrix& weight = product.weight;
  const int64_t filled = filled_cols(weight);
  float* out = stream.scratch(1, product.rows * filled);
  QuantRowsShape shape;
  shape.cols = static_cast<uint32_t>(weight.cols);
  shape.filled = static_cast<uint32_t>(filled);
  shape.stride = static_cast<uint32_t>(product.x_stride);
  shape.rotated = weight.rotated;
  shape.fine = weight.fine;
  stream.call(kQuantRows)
      .read(0, product.x, extent_of_x(product))
      .write(1, out, product.rows * filled)
      .args(2, shape)
      .run({ceil_div(filled, kThreads), static_cast<uint32_t>(product.rows)},
           {kThreads});
  return out;
}

// The last outputs, of weights that are not quantised, from x as it is.
void tail_of_many_rows(Stream& stream, const RowProduct& product) {
  const QuantLayout layout(product.weight);
  Matrix tail;
  tail.data =
      static_cast<const char*>(product.weight.data) + layout.tail_offset();
  tail.dtype = Dtype::f16;
  tail.rows = product.weight.tail;
  tail.cols = product.weight.cols;
  GemmArgs args = weight_product(product.x, product.rows, tail,
                                 product.out + layout.quantised);
  args.a_stride = product.x_stride;
  args.out_stride = product.weight.rows;
  args.bias =
      product.bias == nullptr ? nullptr : product.bias + layout.quantised;
  args.accumulate = product.accumulate;
  gemm(stream, args);
}

void many_quantised_rows(Stream& stream, const RowProduct& product) {
  if (product.weight.tail > 0) tail_of_many_rows(stream, product);
  GemmArgs args = weight_product(quantised_rows(stream, product), product.rows,
                                 product.weight, product.out);
  args.cols = product.weight.rows - product.weight.tail;
  args.inner = args.a_stride = filled_cols(product.weight);
  args.bias = product.bias;
  args.accumulate = product.accumulate;
  gemm(stream, args);
}

void many_rows(Stream& stream, const RowProduct& product) {
  if (is_quantised(product.weight.dtype)) {
    many_quantised_rows(stream, product);
    return;
  }
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
