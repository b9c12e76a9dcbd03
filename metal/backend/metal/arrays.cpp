#include <cstdint>

#include "backend/metal/kernel_table.h"
#include "backend/metal/kernels/arrays.h"
#include "backend/metal/metal_ops.h"

namespace mamba::metal {
namespace {

constexpr uint32_t kThreads = 256;
constexpr Kernel kZero = {"arrays", "zero"};
constexpr Kernel kCopy = {"arrays", "copy"};
constexpr KernelByDtype kEmbedding =
    MAMBA_KERNEL_BY_FORMAT("arrays", "arrays", "embedding");

}  // namespace

void MetalOps::zero(float* out, int64_t n) {
  if (n == 0) return;
  stream_.call(kZero)
      .write(0, out, n)
      .args(1, ArrayArgs{static_cast<uint32_t>(n)})
      .run({ceil_div(n, kThreads)}, {kThreads});
}

void MetalOps::copy(const float* from, int64_t n, float* to) {
  if (n == 0) return;
  stream_.call(kCopy)
      .read(0, from, n)
      .write(1, to, n)
      .args(2, ArrayArgs{static_cast<uint32_t>(n)})
      .run({ceil_div(n, kThreads)}, {kThreads});
}

void MetalOps::embedding(const uint32_t* ids, int64_t n, const Matrix& table,
                         float* out) {
  EmbeddingArgs args;
  args.rows = static_cast<uint32_t>(n);
  args.cols = static_cast<uint32_t>(table.cols);
  stream_.call(kEmbedding.of(table.dtype))
      .read(0, ids, n)
      .read_rows(1, table, n)
      .write(2, out, n * table.cols)
      .args(3, args)
      .run({ceil_div(table.cols, kThreads), args.rows}, {kThreads});
}

}  // namespace mamba::metal
