// Large products of the ops by the system's BLAS (blas.h).
#pragma once

#include "backend/cpu/blas.h"
#include "backend/cpu/embedding.h"
#include "backend/cpu/gemv.h"
#include "backend/cpu/parallel.h"

namespace mamba::MAMBA_CPU_ISA {

// Outputs whose weights are widened together.
constexpr int64_t kBlasOutputs = 512;

// Sets what a product begins with: the bias, or what is there plus the bias.
inline void start_with_bias(CpuContext& context, const Rows& x, int64_t outputs,
                            const Target& target) {
  parallel(context, x.count, 1, [&](Range range, uint32_t) {
    for (int64_t row = range.begin; row < range.end; ++row) {
      float* out = target.at(row, target.first);
      const float* bias = target.bias + target.first;
      for (int64_t j = 0; j < outputs; ++j) {
        out[j] = target.accumulate ? out[j] + bias[j] : bias[j];
      }
    }
  });
}

// Rows [begin, begin + count) of a matrix as f32.
inline const float* widen_rows(CpuContext& context, const Matrix& matrix,
                               int64_t begin, int64_t count) {
  float* wide = context.workspace.get(Workspace::kPacked, count * matrix.cols);
  parallel(context, count, 1, [&](Range range, uint32_t) {
    for (int64_t row = range.begin; row < range.end; ++row) {
      load_row(matrix, begin + row, wide + row * matrix.cols);
    }
  });
  return wide;
}

// x Wᵀ for all outputs of W.
inline void blas_linear(CpuContext& context, const Matrix& weight,
                        const Rows& x, const Target& target) {
  BlasProduct product;
  product.m = x.count;
  product.k = weight.cols;
  product.a = x.data;
  product.lda = x.stride;
  product.ldb = weight.cols;
  product.transpose_b = true;
  product.ldc = target.stride;
  product.accumulate = target.accumulate || target.bias != nullptr;
  if (target.bias != nullptr) {
    start_with_bias(context, x, weight.rows, target);
  }
  const bool wide = weight.dtype == Dtype::f32;
  const int64_t step = wide ? weight.rows : kBlasOutputs;
  for (int64_t begin = 0; begin < weight.rows; begin += step) {
    product.n = min_of(step, weight.rows - begin);
    product.c = target.at(0, begin);
    product.b = wide ? static_cast<const float*>(weight.data)
                     : widen_rows(context, weight, begin, product.n);
    blas_multiply(product);
  }
}

}  // namespace mamba::MAMBA_CPU_ISA
