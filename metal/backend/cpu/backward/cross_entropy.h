// The head and the loss, and the gradients of both.
#pragma once

#include "backend/cpu/backward/linear.h"
#include "backend/cpu/linear.h"
#include "backend/cpu/math.h"

namespace mamba::MAMBA_CPU_ISA {

// A piece of rows has about so many logits, and rows enough to be worth the
// packing of the weight.
constexpr int64_t kPieceLogits = int64_t{1} << 20;
constexpr int64_t kPieceMinRows = 128;
constexpr int64_t kPieceMaxRows = 1024;

inline float most_of(const float* x, int64_t n) {
  Vec most = splat(x[0]);
  int64_t i = 0;
  for (; i + kLanes <= n; i += kLanes) most = at_least(most, load(x + i));
  float lanes[kLanes];
  store(lanes, most);
  float result = lanes[0];
  for (int64_t j = 1; j < kLanes; ++j) {
    result = lanes[j] > result ? lanes[j] : result;
  }
  for (; i < n; ++i) result = x[i] > result ? x[i] : result;
  return result;
}

// x[i] = exp(x[i] - most); their sum. A NaN anywhere, or an infinite `most`,
// gives NaN.
inline double exponentials(float* x, int64_t n, float most) {
  const Vec m = splat(most);
  constexpr int64_t kBlock = 64 * kLanes;
  double total = 0;
  for (int64_t begin = 0; begin < n; begin += kBlock) {
    const int64_t end = min_of(begin + kBlock, n);
    Vec part = zero();
    int64_t i = begin;
    for (; i + kLanes <= end; i += kLanes) {
      const Vec e = exp_of(sub(load(x + i), m));
      store(x + i, e);
      part = add(part, e);
    }
    if (i < end) {
      store_partial(x + i, exp_of(sub(partial(x + i, end - i), m)), end - i);
      part = add(part, partial(x + i, end - i));
    }
    total += static_cast<double>(sum(part));
  }
  return total;
}

// -log softmax(logits)[target]; the logits (n) become their gradient times
// scale: scale · (softmax(logits) - onehot(target)).
inline double row_loss(float* logits, int64_t n, uint32_t target, float scale) {
  const float most = most_of(logits, n);
  const double wanted = logits[target];
  const double total = exponentials(logits, n, most);
  const Vec factor = splat(static_cast<float>(scale / total));
  for (int64_t i = 0; i < n; i += kLanes) {
    store_some(logits + i, mul(load_some(logits + i, n - i), factor), n - i);
  }
  logits[target] -= scale;
  return __builtin_log(total) + (static_cast<double>(most) - wanted);
}

// Those of `rows` (count), all of which have a target. Returns their loss.
inline double cross_entropy_piece(BackwardContext& context,
                                  const CrossEntropyArgs& args,
                                  const int64_t* rows, int64_t count) {
  const Matrix& weight = args.weight;
  const int64_t width = weight.cols, outputs = weight.rows;
  ArenaScope scope(context.arena);
  float* logits = context.arena.allocate<float>(count * outputs);
  double* losses = context.arena.allocate<double>(count);
  const Rows x =
      normed_rows(context, args.norm, 1, args.residual, width, rows, count);
  gemm_parallel(context, weight, x, {logits, outputs, nullptr, false});
  parallel(context, count, 1, [&](Range range, uint32_t) {
    for (int64_t i = range.begin; i < range.end; ++i) {
      losses[i] = row_loss(logits + i * outputs, outputs, args.targets[rows[i]],
                           args.scale);
    }
  });
  double loss = 0;
  for (int64_t i = 0; i < count; ++i) loss += losses[i];
  if (args.d_residual == nullptr) return loss;

  float* d_normed = context.arena.allocate<float>(count * width);
  affine_backward(context, {logits, outputs, count}, x, weight,
                  {d_normed, width, nullptr, false}, args.d_weight, nullptr);
  norm_backward(context, {args.norm, 1, width, count, args.residual, d_normed,
                          args.d_residual, rows, args.d_norm});
  return loss;
}

inline void cross_entropy(BackwardContext& context, CrossEntropyArgs& args) {
  ArenaScope scope(context.arena);
  int64_t* rows = context.arena.allocate<int64_t>(args.rows);
  int64_t count = 0;
  for (int64_t l = 0; l < args.rows; ++l) {
    if (args.targets[l] != CrossEntropyArgs::kNoTarget) rows[count++] = l;
  }
  const int64_t piece = min_of(
      max_of(kPieceLogits / args.weight.rows, kPieceMinRows), kPieceMaxRows);
  args.loss = 0;
  for (int64_t i = 0; i < count; i += piece) {
    args.loss +=
        cross_entropy_piece(context, args, rows + i, min_of(piece, count - i));
  }
}

}  // namespace mamba::MAMBA_CPU_ISA
