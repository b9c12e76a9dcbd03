// The formulas that several ops share.
#pragma once

#include <cmath>
#include <cstdint>

#include "ops/ops.h"

namespace mamba::reference {

// x / (1 + exp(-x)); exp never overflows.
inline double silu(double x) {
  return x >= 0 ? x / (1 + std::exp(-x)) : x * std::exp(x) / (1 + std::exp(x));
}

// log(1 + exp(x)); above 20 it is x to the last bit of an f32.
inline double softplus(double x) {
  return x > 20 ? x : std::log1p(std::exp(x));
}

// y = norm(x), see ops.h.  x (n), y (n); x may be y
void apply_norm(const Norm& norm, const float* x, int64_t n, float* y);

// out[l][j] = Σ_i x[l][i] W[j][i] + bias[j].
// x: rows of I, x_stride apart; out: rows of J, out_stride apart. `row` is
// scratch for I floats.
struct MatmulArgs {
  const float* x;
  int64_t rows;
  int64_t x_stride;
  Matrix weight;
  const float* bias;
  float* out;
  int64_t out_stride;
  float* row;
};
void matmul(const MatmulArgs& args);

}  // namespace mamba::reference
