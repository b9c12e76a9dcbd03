#include "backend/metal/backward/norm_rows.h"

#include "backend/metal/backward/scratch_slots.h"
#include "backend/metal/backward/sums.h"
#include "backend/metal/kernel_table.h"
#include "backend/metal/kernels/backward_norm.h"

namespace mamba::metal {
namespace {

constexpr uint32_t kRowThreads = 256, kColumnThreads = 64;
constexpr Kernel kRows = {"backward_norm", "backward_norm_rows"};
constexpr Kernel kWeights = {"backward_norm", "backward_norm_weights"};

}  // namespace

void norm_rows_backward(Stream& stream, const NormRowsBackward& args) {
  if (args.rows == 0) return;
  const int64_t size = args.rows * args.cols;
  const int64_t moments_size = args.rows * args.groups * 2;
  float* const moments = stream.scratch(kMomentsSlot, moments_size);
  BackwardNormShape shape;
  shape.rows = static_cast<uint32_t>(args.rows);
  shape.cols = static_cast<uint32_t>(args.cols);
  shape.part = static_cast<uint32_t>(args.cols / args.groups);
  shape.rms = args.norm.rms;
  shape.eps = args.norm.eps;
  shape.block = static_cast<uint32_t>(kBlockRows);
  stream.call(kRows)
      .read(0, args.x, size)
      .read(1, args.norm.weight, args.cols)
      .read(2, args.d_y, size)
      .write(3, args.d_x, size)
      .write(4, moments, moments_size)
      .args(5, shape)
      .run({static_cast<uint32_t>(args.groups), shape.rows}, {kRowThreads});
  const NormGradient& d = args.d_norm;
  if (d.weight == nullptr && d.bias == nullptr) return;

  const uint32_t blocks = ceil_div(args.rows, kBlockRows);
  float* const sums = stream.scratch(kPartsSlot, blocks * 2 * args.cols);
  stream.call(kWeights)
      .read(0, args.x, size)
      .read(1, args.d_y, size)
      .read(2, moments, moments_size)
      .write(3, sums, blocks * 2 * args.cols)
      .args(4, shape)
      .run({ceil_div(args.cols, kColumnThreads), blocks}, {kColumnThreads});
  add_parts(stream, sums, blocks, 2 * args.cols, args.cols, d.weight);
  add_parts(stream, sums + args.cols, blocks, 2 * args.cols, args.cols, d.bias);
}

}  // namespace mamba::metal
