#include "backend/reference/formulas.h"

#include "core/convert.h"

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

void matmul(const MatmulArgs& args) {
  const Matrix& w = args.weight;
  const auto size = static_cast<int64_t>(dtype_size(w.dtype));
  for (int64_t j = 0; j < w.rows; ++j) {
    const char* stored = static_cast<const char*>(w.data) + j * w.cols * size;
    convert_numbers(stored, w.dtype, args.row, Dtype::f32, w.cols);
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
