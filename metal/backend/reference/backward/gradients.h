// The derivatives that several ops share. Intermediate numbers are doubles;
// what leaves is added to the caller's floats once.
#pragma once

#include <vector>

#include "backend/reference/formulas.h"
#include "ops/backward.h"

namespace mamba::reference {

using Doubles = std::vector<double>;

inline Doubles zeros(int64_t count) {
  return Doubles(static_cast<std::size_t>(count), 0.0);
}

inline double sigmoid(double x) {
  return x >= 0 ? 1 / (1 + std::exp(-x)) : std::exp(x) / (1 + std::exp(x));
}

// d silu(x) / dx
inline double silu_slope(double x) {
  const double s = sigmoid(x);
  return s * (1 + x * (1 - s));
}

// out = y silu(z): adds to d_z, returns d_y.
inline double gate_backward(double y, float z, double d_out, float& d_z) {
  d_z = static_cast<float>(d_z + d_out * y * silu_slope(z));
  return d_out * silu(z);
}

// to += from, unless it is not wanted.  from (n), to (n) or null
void add_to(float* to, const double* from, int64_t n);

// Rows of n, `stride` apart, as (rows, n).
Doubles read_rows(const float* from, int64_t rows, int64_t n, int64_t stride);

// x (rows, n) normalised, each of `groups` equal parts of a row by itself.
class NormalisedRows {
 public:
  NormalisedRows(const Norm& norm, const float* x, int64_t rows, int64_t n,
                 int64_t groups);

  const double* y() const { return y_.data(); }

  // From d_y (rows, n) to d_x (rows, n) and the weights' gradients:
  //   g = d_y · weight,   x̂ = (x - mean) · scale
  //   d_x = scale · (g - mean(g) - x̂ · mean(g x̂)),   without mean(g) for RMS
  void backward(const double* d_y, float* d_x, const NormGradient& d) const;

 private:
  Norm norm_;
  int64_t rows_, n_, part_;
  Doubles hat_;    // (rows, n), x̂
  Doubles scale_;  // (rows, groups), 1 / sqrt(var + eps)
  Doubles y_;      // (rows, n)
};

// out = x Wᵀ + bias
struct MatmulBackward {
  const double* x;      // (rows, I)
  const double* d_out;  // (rows, J)
  int64_t rows;
  Matrix weight;    // (J, I)
  float* d_weight;  // (J, I) or null
  float* d_bias;    // (J) or null
};
// d_x = d_out W (rows, I), d_weight += d_outᵀ x, d_bias += Σ_l d_out[l].
Doubles matmul_backward(const MatmulBackward& args);

}  // namespace mamba::reference
