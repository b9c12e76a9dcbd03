#include "backend/metal/gemm.h"

#include <algorithm>

#include "backend/metal/kernel_table.h"
#include "backend/metal/kernels/gemm.h"
#include "core/error.h"
#include "quant/layout.h"

namespace mamba::metal {
namespace {

constexpr uint32_t kThreads = 128;
constexpr uint32_t kSumThreads = 256;
constexpr int64_t kDepth = 16;  // of gemm.metal
constexpr uint32_t kTile = 64, kSmallTile = 32;
// Threadgroups that keep the smallest GPU busy.
constexpr int64_t kManyGroups = 32;
// A sum is split when there are fewer tiles than this, into parts of no less
// than kLeastDepth.
constexpr int64_t kFewColumnTiles = 12;
constexpr int64_t kLeastDepth = 256;

constexpr KernelByDtype kWeights64 =
    MAMBA_KERNEL_BY_FORMAT("gemm", "gemm", "gemm_64");
constexpr KernelByDtype kWeights32 =
    MAMBA_KERNEL_BY_FORMAT("gemm", "gemm", "gemm_32");
constexpr Kernel kPlain64 = {"gemm", "gemm_plain_64"};
constexpr Kernel kPlain32 = {"gemm", "gemm_plain_32"};
constexpr Kernel kTurned64 = {"gemm", "gemm_turned_64"};
constexpr Kernel kTurned32 = {"gemm", "gemm_turned_32"};
constexpr Kernel kSum = {"gemm", "gemm_sum"};

const Kernel& kernel_of(const GemmArgs& args, uint32_t tile) {
  const bool large = tile == kTile;
  if (args.b_transposed && !args.a_transposed) {
    return (large ? kWeights64 : kWeights32).of(args.b_dtype);
  }
  if (args.b_transposed || args.b_dtype != Dtype::f32) {
    fail(Status::internal, "Cannot multiply matrices that are stored so");
  }
  if (args.a_transposed) return large ? kTurned64 : kTurned32;
  return large ? kPlain64 : kPlain32;
}

// What each split of the sum adds up, a multiple of kDepth. The number of rows
// counts for gradients of weights alone, where it is that of a weight.
int64_t depth_of(const GemmArgs& args) {
  int64_t tiles = ceil_div(args.cols, kTile), wanted = kFewColumnTiles;
  if (args.a_transposed) {
    tiles *= ceil_div(args.rows, kTile);
    wanted = kManyGroups;
  }
  const int64_t splits = std::max<int64_t>(
      1, std::min<int64_t>(ceil_div(wanted, tiles), args.inner / kLeastDepth));
  return ceil_div(ceil_div(args.inner, splits), kDepth) * kDepth;
}

bool is_aligned(const void* data, std::size_t numbers_size, int64_t stride) {
  return numbers_size > 0 &&
         reinterpret_cast<uintptr_t>(data) % (4 * numbers_size) == 0 &&
         stride % 4 == 0;
}

GemmShape shape_of(const GemmArgs& args, int64_t depth) {
  GemmShape shape;
  shape.rows = static_cast<uint32_t>(args.rows);
  shape.cols = static_cast<uint32_t>(args.cols);
  shape.inner = static_cast<uint32_t>(args.inner);
  shape.depth = static_cast<uint32_t>(depth);
  shape.a_stride = static_cast<uint32_t>(args.a_stride);
  shape.b_stride = static_cast<uint32_t>(args.b_stride);
  shape.out_stride = static_cast<uint32_t>(args.out_stride);
  shape.a_aligned = is_aligned(args.a, sizeof(float), args.a_stride);
  shape.b_aligned = is_aligned(args.b, dtype_size(args.b_dtype), args.b_stride);
  shape.has_bias = args.bias != nullptr;
  shape.accumulate = args.accumulate;
  return shape;
}

// Numbers from the first of a view to its last.
int64_t extent(int64_t rows, int64_t cols, int64_t stride) {
  return (rows - 1) * stride + cols;
}

int64_t bytes_of_b(const GemmArgs& args) {
  if (is_quantised(args.b_dtype)) {
    return QuantLayout(args.b_dtype, args.cols, args.inner, 0).tail_offset();
  }
  const int64_t numbers = args.b_transposed
                              ? extent(args.cols, args.inner, args.b_stride)
                              : extent(args.inner, args.cols, args.b_stride);
  return numbers * static_cast<int64_t>(dtype_size(args.b_dtype));
}

void run_gemm(Stream& stream, const GemmArgs& args, int64_t depth,
              uint32_t splits) {
  const bool many = int64_t{ceil_div(args.rows, kTile)} *
                        ceil_div(args.cols, kTile) * splits >=
                    kManyGroups;
  const uint32_t tile = many ? kTile : kSmallTile;
  const int64_t a = args.a_transposed
                        ? extent(args.inner, args.rows, args.a_stride)
                        : extent(args.rows, args.inner, args.a_stride);
  stream.call(kernel_of(args, tile))
      .read(0, args.a, a)
      .read(1, static_cast<const char*>(args.b), bytes_of_b(args))
      .read(2, args.bias, args.cols)
      .write(3, args.out,
             extent(args.rows * splits, args.cols, args.out_stride))
      .args(4, shape_of(args, depth))
      .run({ceil_div(args.rows, tile), ceil_div(args.cols, tile), splits},
           {kThreads});
}

}  // namespace

void gemm(Stream& stream, const GemmArgs& args) {
  if (args.rows == 0 || args.cols == 0) return;
  const int64_t depth = depth_of(args);
  const uint32_t splits = ceil_div(args.inner, depth);
  if (splits == 1) return run_gemm(stream, args, depth, 1);

  const int64_t size = args.rows * args.cols;
  GemmArgs parts = args;
  parts.out = stream.scratch(Stream::kSlots - 1, splits * size);
  parts.out_stride = args.cols;
  parts.bias = nullptr;
  parts.accumulate = false;
  run_gemm(stream, parts, depth, splits);
  GemmSumShape shape;
  shape.splits = splits;
  shape.rows = static_cast<uint32_t>(args.rows);
  shape.cols = static_cast<uint32_t>(args.cols);
  shape.out_stride = static_cast<uint32_t>(args.out_stride);
  shape.has_bias = args.bias != nullptr;
  shape.accumulate = args.accumulate;
  stream.call(kSum)
      .read(0, parts.out, splits * size)
      .read(1, args.bias, args.cols)
      .write(2, args.out, extent(args.rows, args.cols, args.out_stride))
      .args(3, shape)
      .run({ceil_div(size, kSumThreads)}, {kSumThreads});
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
  args.b_stride =
      is_quantised(weight.dtype) ? QuantLayout(weight).tiles : weight.cols;
  args.out = out;
  args.out_stride = weight.rows;
  return args;
}

}  // namespace mamba::metal
