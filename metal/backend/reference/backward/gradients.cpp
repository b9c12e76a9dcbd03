#include "backend/reference/backward/gradients.h"

#include "quant/quantize.h"

namespace mamba::reference {
namespace {

// sum += factor · x.  x (n), sum (n)
template <typename X>
void add_scaled(double factor, const X* x, int64_t n, double* sum) {
  for (int64_t i = 0; i < n; ++i) sum[i] += factor * x[i];
}

}  // namespace

void add_to(float* to, const double* from, int64_t n) {
  if (to == nullptr) return;
  for (int64_t i = 0; i < n; ++i) to[i] = static_cast<float>(to[i] + from[i]);
}

Doubles read_rows(const float* from, int64_t rows, int64_t n, int64_t stride) {
  Doubles values;
  values.reserve(static_cast<std::size_t>(rows * n));
  for (int64_t l = 0; l < rows; ++l) {
    values.insert(values.end(), from + l * stride, from + l * stride + n);
  }
  return values;
}

NormalisedRows::NormalisedRows(const Norm& norm, const float* x, int64_t rows,
                               int64_t n, int64_t groups)
    : norm_(norm),
      rows_(rows),
      n_(n),
      part_(n / groups),
      y_(read_rows(x, rows, n, n)) {
  if (norm.weight == nullptr) return;
  hat_ = y_;
  for (int64_t at = 0; at < rows * n; at += part_) {
    double* hat = hat_.data() + at;
    double mean = 0, square = 0;
    for (int64_t i = 0; i < part_ && !norm.rms; ++i) mean += hat[i];
    mean /= static_cast<double>(part_);
    for (int64_t i = 0; i < part_; ++i) {
      hat[i] -= mean;
      square += hat[i] * hat[i];
    }
    square /= static_cast<double>(part_);
    scale_.push_back(1 / std::sqrt(square + double(norm.eps)));
    for (int64_t i = 0; i < part_; ++i) {
      hat[i] *= scale_.back();
      const int64_t column = at % n + i;
      const double bias = norm.bias == nullptr ? 0 : norm.bias[column];
      y_[static_cast<std::size_t>(at + i)] =
          hat[i] * norm.weight[column] + bias;
    }
  }
}

void NormalisedRows::backward(const double* d_y, float* d_x,
                              const NormGradient& d) const {
  if (norm_.weight == nullptr) return add_to(d_x, d_y, rows_ * n_);
  Doubles d_weight = zeros(n_), d_bias = zeros(n_), g = zeros(part_);
  for (int64_t at = 0; at < rows_ * n_; at += part_) {
    const double* hat = hat_.data() + at;
    const double scale = scale_[static_cast<std::size_t>(at / part_)];
    double mean = 0, along = 0;
    for (int64_t i = 0; i < part_; ++i) {
      const auto column = static_cast<std::size_t>(at % n_ + i);
      d_weight[column] += d_y[at + i] * hat[i];
      d_bias[column] += d_y[at + i];
      double& gradient = g[static_cast<std::size_t>(i)];
      gradient = d_y[at + i] * norm_.weight[column];
      if (!norm_.rms) mean += gradient / static_cast<double>(part_);
      along += gradient * hat[i] / static_cast<double>(part_);
    }
    for (int64_t i = 0; i < part_; ++i) {
      double& gradient = g[static_cast<std::size_t>(i)];
      gradient = scale * (gradient - mean - hat[i] * along);
    }
    add_to(d_x + at, g.data(), part_);
  }
  add_to(d.weight, d_weight.data(), n_);
  add_to(d.bias, d_bias.data(), n_);
}

Doubles matmul_backward(const MatmulBackward& args) {
  const int64_t inputs = args.weight.cols, outputs = args.weight.rows;
  std::vector<float> row(static_cast<std::size_t>(inputs));
  Doubles d_x = zeros(args.rows * inputs);
  for (int64_t j = 0; j < outputs; ++j) {
    widen_row(args.weight, j, row.data());
    Doubles d_row = zeros(inputs);
    double d_bias = 0;
    for (int64_t l = 0; l < args.rows; ++l) {
      const double d_out = args.d_out[l * outputs + j];
      d_bias += d_out;
      add_scaled(d_out, row.data(), inputs, d_x.data() + l * inputs);
      if (args.d_weight == nullptr) continue;
      add_scaled(d_out, args.x + l * inputs, inputs, d_row.data());
    }
    if (args.d_weight != nullptr) {
      add_to(args.d_weight + j * inputs, d_row.data(), inputs);
    }
    if (args.d_bias != nullptr) add_to(args.d_bias + j, &d_bias, 1);
  }
  return d_x;
}

}  // namespace mamba::reference
