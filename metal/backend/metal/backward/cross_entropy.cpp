#include <algorithm>
#include <cmath>

#include "backend/metal/backward/metal_backward.h"
#include "backend/metal/backward/products.h"
#include "backend/metal/gemm.h"
#include "backend/metal/kernels/cross_entropy.h"
#include "backend/metal/norm_rows.h"

namespace mamba::metal {
namespace {

constexpr Kernel kCrossEntropyRows = {"cross_entropy", "cross_entropy_rows"};
constexpr uint32_t kThreads = 256;
// Logits of so many rows exist at a time.
constexpr int64_t kPieceRows = 256;

enum { kNormedSlot, kLogitsSlot, kLossSlot };

bool has_target(const CrossEntropyArgs& args, int64_t row) {
  return args.targets[row] != CrossEntropyArgs::kNoTarget;
}

// logits = norm(x) Wᵀ
void find_logits(Stream& stream, const CrossEntropyArgs& args, const float* x,
                 int64_t rows, float* logits) {
  if (args.norm.weight != nullptr) {
    NormRowsArgs norm;
    norm.x = x;
    norm.rows = rows;
    norm.cols = args.weight.cols;
    norm.norm = args.norm;
    norm.out = stream.scratch(kNormedSlot, rows * norm.cols);
    norm_rows(stream, norm);
    x = norm.out;
  }
  gemm(stream, weight_product(x, rows, args.weight, logits));
}

// Rows [first, first + rows) of args.
void piece(Stream& stream, const CrossEntropyArgs& args, int64_t first,
           int64_t rows, CrossEntropyRow* losses) {
  const int64_t outputs = args.weight.rows, at = first * args.weight.cols;
  const float* x = args.residual + at;
  float* const logits = stream.scratch(kLogitsSlot, rows * outputs);
  find_logits(stream, args, x, rows, logits);
  CrossEntropyRowsArgs sizes;
  sizes.cols = static_cast<uint32_t>(outputs);
  sizes.scale = args.scale;
  stream.call(kCrossEntropyRows)
      .write(0, logits, rows * outputs)
      .read(1, args.targets + first, rows)
      .write(2, losses + first, rows)
      .args(3, sizes)
      .run({static_cast<uint32_t>(rows)}, {kThreads});
  if (args.d_residual == nullptr) return;
  ProductBackward product;
  product.d_out = logits;
  product.rows = rows;
  product.x = x;
  product.x_stride = args.weight.cols;
  product.norm = args.norm;
  product.weight = args.weight;
  product.d_x = args.d_residual + at;
  product.d_norm = args.d_norm;
  product.d_weight = args.d_weight;
  product_backward(stream, product);
}

}  // namespace

void MetalBackward::cross_entropy(CrossEntropyArgs& args) {
  constexpr int64_t kFloats = sizeof(CrossEntropyRow) / sizeof(float);
  auto* losses = reinterpret_cast<CrossEntropyRow*>(
      stream_.scratch(kLossSlot, args.rows * kFloats));
  int64_t first = 0;
  while (first < args.rows) {
    if (!has_target(args, first)) {
      ++first;
      continue;
    }
    const int64_t rows = std::min(kPieceRows, args.rows - first);
    piece(stream_, args, first, rows, losses);
    first += rows;
  }
  stream_.finish();
  args.loss = 0;
  for (int64_t row = 0; row < args.rows; ++row) {
    if (!has_target(args, row)) continue;
    args.loss +=
        std::log(double(losses[row].sum)) + double(losses[row].below_max);
  }
}

}  // namespace mamba::metal
