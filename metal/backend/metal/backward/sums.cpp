#include "backend/metal/backward/sums.h"

#include "backend/metal/backward/scratch_slots.h"
#include "backend/metal/kernel_table.h"
#include "backend/metal/kernels/backward_sums.h"

namespace mamba::metal {
namespace {

constexpr uint32_t kThreads = 64;
constexpr Kernel kColumnSums = {"backward_sums", "column_sums"};
constexpr Kernel kAddParts = {"backward_sums", "add_parts"};

}  // namespace

void add_parts(Stream& stream, const float* parts, int64_t n_parts,
               int64_t part_stride, int64_t size, float* out) {
  if (out == nullptr || size == 0 || n_parts == 0) return;
  AddPartsShape shape;
  shape.parts = static_cast<uint32_t>(n_parts);
  shape.part_stride = static_cast<uint32_t>(part_stride);
  shape.size = static_cast<uint32_t>(size);
  stream.call(kAddParts)
      .read(0, parts, (n_parts - 1) * part_stride + size)
      .write(1, out, size)
      .args(2, shape)
      .run({ceil_div(size, kThreads)}, {kThreads});
}

void add_column_sums(Stream& stream, const float* x, int64_t rows, int64_t cols,
                     float* out) {
  if (out == nullptr || rows == 0) return;
  const uint32_t blocks = ceil_div(rows, kBlockRows);
  float* const parts = stream.scratch(kPartsSlot, blocks * cols);
  ColumnSumsShape shape;
  shape.rows = static_cast<uint32_t>(rows);
  shape.cols = static_cast<uint32_t>(cols);
  shape.stride = static_cast<uint32_t>(cols);
  shape.block = static_cast<uint32_t>(kBlockRows);
  stream.call(kColumnSums)
      .read(0, x, rows * cols)
      .write(1, parts, blocks * cols)
      .args(2, shape)
      .run({ceil_div(cols, kThreads), blocks}, {kThreads});
  add_parts(stream, parts, blocks, cols, cols, out);
}

}  // namespace mamba::metal
