#include "backend/metal/gemv.h"

#include "backend/metal/kernel_table.h"

namespace mamba::metal {
namespace {

constexpr int64_t kPass = 256;         // of gemv_sums.h
constexpr int64_t kGroupOutputs = 32;  // of a threadgroup that does not split
// Weights with fewer rows than these leave a GPU idle unless several
// SIMD-groups share each sum.
constexpr int64_t kManyOutputs = 2048, kSomeOutputs = 512;

constexpr KernelByDtype kOneRow = MAMBA_KERNEL_BY_DTYPE("gemv", "gemv_1");
constexpr KernelByDtype kFourRows = MAMBA_KERNEL_BY_DTYPE("gemv", "gemv_4");
constexpr KernelByDtype kEightRows = MAMBA_KERNEL_BY_DTYPE("gemv", "gemv_8");

// The bits of results depend on it, so the number of rows must not count.
uint32_t splits_of(const Matrix& weight) {
  uint32_t splits = weight.rows >= kManyOutputs   ? 1
                    : weight.rows >= kSomeOutputs ? 2
                                                  : 8;
  while (splits > 1 && splits > ceil_div(weight.cols, kPass)) splits /= 2;
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

GemvShape gemv_shape(const RowProduct& product) {
  GemvShape shape;
  shape.rows = static_cast<uint32_t>(product.rows);
  shape.outputs = static_cast<uint32_t>(product.weight.rows);
  shape.inner = static_cast<uint32_t>(product.weight.cols);
  shape.x_stride = static_cast<uint32_t>(product.x_stride);
  shape.splits = splits_of(product.weight);
  shape.aligned = product.weight.cols % 8 == 0 && product.x_stride % 4 == 0 &&
                  is_aligned(product.x) && is_aligned(product.weight.data) &&
                  is_aligned(product.norm.weight);
  shape.has_norm = product.norm.weight != nullptr;
  shape.eps = product.norm.eps;
  shape.has_which = product.which != nullptr;
  shape.has_bias = product.bias != nullptr;
  shape.accumulate = product.accumulate;
  return shape;
}

int64_t gemv_outputs(const GemvShape& shape) {
  return kGroupOutputs / shape.splits;
}

void gemv(Stream& stream, const RowProduct& product) {
  if (product.rows == 0 || product.weight.rows == 0) return;
  const GemvShape shape = gemv_shape(product);
  const uint32_t rows = product.rows == 1 ? 1 : product.rows <= 4 ? 4 : 8;
  const KernelByDtype& kernels = rows == 1   ? kOneRow
                                 : rows == 4 ? kFourRows
                                             : kEightRows;
  // Threadgroups that read the same weights run side by side.
  const Size groups = {ceil_div(product.rows, rows),
                       ceil_div(product.weight.rows, gemv_outputs(shape))};
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
      .args(6, shape)
      .run(groups, {kGemvThreads});
}

}  // namespace mamba::metal
