#include "backend/metal/gemv.h"

#include "backend/metal/kernel_table.h"
#include "quant/layout.h"

namespace mamba::metal {
namespace {

constexpr int64_t kPass = 256;         // of gemv_sums.h
constexpr int64_t kGroupOutputs = 32;  // of a threadgroup that does not split
// Weights with fewer rows than these leave a GPU idle unless several
// SIMD-groups share each sum.
constexpr int64_t kManyOutputs = 2048, kSomeOutputs = 512;
// The same of quant_sums.h, whose SIMD-groups have a panel: a threadgroup reads
// and quantises the rows for its outputs alone.
constexpr int64_t kQuantOutputs = 128;
constexpr int64_t kManyQuantOutputs = 32768;

constexpr KernelByDtype kOneRow =
    MAMBA_KERNEL_BY_FORMAT("gemv", "quant_gemv", "gemv_1");
constexpr KernelByDtype kFourRows =
    MAMBA_KERNEL_BY_FORMAT("gemv", "quant_gemv", "gemv_4");
constexpr KernelByDtype kEightRows =
    MAMBA_KERNEL_BY_FORMAT("gemv", "quant_gemv", "gemv_8");

// The bits of results depend on it, so the number of rows must not count.
uint32_t splits_of(int64_t rows, int64_t cols) {
  uint32_t splits = rows >= kManyOutputs ? 1 : rows >= kSomeOutputs ? 2 : 8;
  while (splits > 1 && splits > ceil_div(cols, kPass)) splits /= 2;
  return splits;
}

uint32_t quant_splits_of(int64_t rows, int64_t cols) {
  uint32_t splits = rows >= kManyQuantOutputs ? 1
                    : rows >= kManyOutputs    ? 4
                                              : 8;
  while (splits > 1 && splits > ceil_div(cols, kQuantTile)) splits /= 2;
  return splits;
}

bool is_aligned(const void* data) {
  return reinterpret_cast<uintptr_t>(data) % 16 == 0;
}

}  // namespace

int64_t extent_of_x(const RowProduct& product) {
  const int64_t rows = product.which == nullptr ? product.rows : product.x_rows;
  return (rows - 1) * product.x_stride + product.weight.cols;
}

namespace {

// Of as many rows of the weight as are not quantised.
GemvShape plain_shape(const RowProduct& product, int64_t outputs) {
  GemvShape shape;
  shape.rows = static_cast<uint32_t>(product.rows);
  shape.outputs = static_cast<uint32_t>(outputs);
  shape.inner = static_cast<uint32_t>(product.weight.cols);
  shape.x_stride = static_cast<uint32_t>(product.x_stride);
  shape.splits = splits_of(outputs, product.weight.cols);
  shape.aligned = product.weight.cols % 8 == 0 && product.x_stride % 4 == 0 &&
                  is_aligned(product.x) && is_aligned(product.weight.data) &&
                  is_aligned(product.norm.weight);
  shape.has_norm = product.norm.weight != nullptr;
  shape.eps = product.norm.eps;
  shape.has_which = product.which != nullptr;
  shape.has_bias = product.bias != nullptr;
  shape.accumulate = product.accumulate;
  shape.rotated = product.weight.rotated;
  shape.fine = product.weight.fine;
  return shape;
}

uint32_t groups_of(const GemvShape& shape, int64_t outputs) {
  return ceil_div(shape.outputs, outputs / shape.splits);
}

}  // namespace

GemvShapes gemv_shapes(const RowProduct& product) {
  GemvShapes shapes;
  const Matrix& weight = product.weight;
  if (!is_quantised(weight.dtype)) {
    shapes.main = plain_shape(product, weight.rows);
    shapes.tail = plain_shape(product, 0);
    shapes.groups = groups_of(shapes.main, kGroupOutputs);
    return shapes;
  }
  shapes.main = plain_shape(product, weight.rows - weight.tail);
  shapes.main.splits = quant_splits_of(shapes.main.outputs, weight.cols);
  shapes.tail = plain_shape(product, weight.tail);
  shapes.groups = groups_of(shapes.main, kQuantOutputs) +
                  groups_of(shapes.tail, kGroupOutputs);
  return shapes;
}

void gemv(Stream& stream, const RowProduct& product) {
  if (product.rows == 0 || product.weight.rows == 0) return;
  const GemvShapes shapes = gemv_shapes(product);
  const uint32_t rows = product.rows == 1 ? 1 : product.rows <= 4 ? 4 : 8;
  const KernelByDtype& kernels = rows == 1   ? kOneRow
                                 : rows == 4 ? kFourRows
                                             : kEightRows;
  // Threadgroups that read the same weights run side by side.
  const Size groups = {ceil_div(product.rows, rows), shapes.groups};
  Call call = stream.call(kernels.of(product.weight.dtype));
  const int64_t out_size = product.rows * product.weight.rows;
  if (product.accumulate) {
    call.update(5, product.out, out_size);
  } else {
    call.write(5, product.out, out_size);
  }
  call.read(0, product.x, extent_of_x(product))
      .read(1, product.weight)
      .read(2, product.norm.weight, product.weight.cols)
      .read(3, product.which, product.rows)
      .read(4, product.bias, product.weight.rows)
      .args(6, shapes.main);
  if (is_quantised(product.weight.dtype)) call.args(7, shapes.tail);
  call.run(groups, {kGemvThreads});
}

}  // namespace mamba::metal
