#include "backend/reference/formulas.h"

#include <algorithm>
#include <vector>

#include "quant/activations.h"
#include "quant/quantize.h"

namespace mamba::reference {

void apply_norm(const Norm& norm, const float* x, int64_t n, float* y) {
  if (norm.weight == nullptr) {
    for (int64_t i = 0; i < n; ++i) y[i] = x[i];
    return;
  }
  double mean = 0;
  if (!norm.rms) {
    for (int64_t i = 0; i < n; ++i) mean += x[i];
    mean /= static_cast<double>(n);
  }
  double square = 0;
  for (int64_t i = 0; i < n; ++i) square += (x[i] - mean) * (x[i] - mean);
  const double scale =
      1 / std::sqrt(square / static_cast<double>(n) + double(norm.eps));
  for (int64_t i = 0; i < n; ++i) {
    const double bias = norm.bias == nullptr ? 0 : norm.bias[i];
    y[i] = static_cast<float>((x[i] - mean) * scale * norm.weight[i] + bias);
  }
}

namespace {

// Rows [0, n) of a product with a quantised matrix, as quant/activations.h
// defines it.
void quantised_matmul(const MatmulArgs& args, int64_t n) {
  const Matrix& w = args.weight;
  const int64_t blocks = (w.cols + kQuantBlock - 1) / kQuantBlock;
  const auto count = static_cast<std::size_t>(blocks);
  std::vector<int16_t> x(count * kQuantBlock);
  std::vector<float> x_scales(count);
  for (int64_t l = 0; l < args.rows; ++l) {
    for (int64_t b = 0; b < blocks; ++b) {
      const int64_t at = b * kQuantBlock;
      x_scales[static_cast<std::size_t>(b)] = quantize_activations(
          w, args.x + l * args.x_stride + at,
          std::min(kQuantBlock, w.cols - at), x.data() + at);
    }
    for (int64_t j = 0; j < n; ++j) {
      float sum = 0;
      for (int64_t b = 0; b < blocks; ++b) {
        int8_t numbers[kQuantBlock];
        block_numbers(w, j, b, numbers);
        const int16_t* q = x.data() + b * kQuantBlock;
        int32_t dot = 0;
        for (int64_t i = 0; i < kQuantBlock; ++i) dot += q[i] * numbers[i];
        sum = std::fma(
            static_cast<float>(dot),
            x_scales[static_cast<std::size_t>(b)] * block_scale(w, j, b), sum);
      }
      if (args.bias != nullptr) sum += args.bias[j];
      args.out[l * args.out_stride + j] = sum;
    }
  }
}

}  // namespace

void matmul(const MatmulArgs& args) {
  const Matrix& w = args.weight;
  const int64_t first = is_quantised(w.dtype) ? QuantLayout(w).quantised : 0;
  if (first > 0) quantised_matmul(args, first);
  for (int64_t j = first; j < w.rows; ++j) {
    widen_row(w, j, args.row);
    const double bias = args.bias == nullptr ? 0 : args.bias[j];
    for (int64_t l = 0; l < args.rows; ++l) {
      const float* x = args.x + l * args.x_stride;
      double sum = bias;
      for (int64_t i = 0; i < w.cols; ++i) sum += double(x[i]) * args.row[i];
      args.out[l * args.out_stride + j] = static_cast<float>(sum);
    }
  }
}

}  // namespace mamba::reference
