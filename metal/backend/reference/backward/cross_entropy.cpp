#include <algorithm>

#include "backend/reference/backward/gradients.h"
#include "backend/reference/backward/reference_backward.h"
#include "core/half.h"

namespace mamba {
namespace {

using reference::Doubles;

// Logits of so many rows exist at a time.
constexpr int64_t kPiece = 32;

// logits[v] = Σ_i W[v][i] y[i].  y (M), logits (V)
void find_logits(const Matrix& weight, const double* y, double* logits) {
  for (int64_t v = 0; v < weight.rows; ++v) {
    logits[v] = 0;
    for (int64_t i = 0; i < weight.cols; ++i) {
      logits[v] +=
          y[i] * load_number(weight.data, weight.dtype, v * weight.cols + i);
    }
  }
}

// -log softmax(logits)[target]; the logits (V) become their gradient times
// scale: scale · (softmax(logits) - onehot(target)).
double row_loss(double* logits, int64_t n, uint32_t target, double scale) {
  const double most = *std::max_element(logits, logits + n);
  double sum = 0;
  for (int64_t v = 0; v < n; ++v) sum += std::exp(logits[v] - most);
  const double loss = std::log(sum) + most - logits[target];
  for (int64_t v = 0; v < n; ++v) {
    logits[v] = scale * std::exp(logits[v] - most) / sum;
  }
  logits[target] -= scale;
  return loss;
}

// Rows [first, first + count); returns their loss.
double piece(const CrossEntropyArgs& args, int64_t first, int64_t count) {
  const int64_t inputs = args.weight.cols, outputs = args.weight.rows;
  const reference::NormalisedRows x(args.norm, args.residual + first * inputs,
                                    count, inputs, 1);
  Doubles logits = reference::zeros(count * outputs);
  double loss = 0;
  for (int64_t l = 0; l < count; ++l) {
    const uint32_t target = args.targets[first + l];
    if (target == CrossEntropyArgs::kNoTarget) continue;
    double* row = logits.data() + l * outputs;
    find_logits(args.weight, x.y() + l * inputs, row);
    loss += row_loss(row, outputs, target, double(args.scale));
  }
  if (args.d_residual == nullptr) return loss;
  const Doubles d_x = reference::matmul_backward(
      {x.y(), logits.data(), count, args.weight, args.d_weight, nullptr});
  x.backward(d_x.data(), args.d_residual + first * inputs, args.d_norm);
  return loss;
}

}  // namespace

void ReferenceBackward::cross_entropy(CrossEntropyArgs& args) {
  args.loss = 0;
  for (int64_t first = 0; first < args.rows; first += kPiece) {
    args.loss += piece(args, first, std::min(kPiece, args.rows - first));
  }
}

}  // namespace mamba
