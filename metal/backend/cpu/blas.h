// Products of large f32 matrices by the system's BLAS, in builds that have one:
// Accelerate on Macs, whose matrix units are several times as fast as NEON, and
// any CBLAS in builds that ask for it (make CBLAS=1), which test this file.
#pragma once

#include <cstdint>

namespace mamba {

// c (m, n) = or += op(a) op(b), row-major with row strides lda, ldb, ldc;
// op(a) (m, k), op(b) (k, n).
struct BlasProduct {
  int64_t m = 0, n = 0, k = 0;
  const float* a = nullptr;
  int64_t lda = 0;
  bool transpose_a = false;
  const float* b = nullptr;
  int64_t ldb = 0;
  bool transpose_b = false;
  float* c = nullptr;
  int64_t ldc = 0;
  bool accumulate = false;
};

// Whether a product of this size goes to the BLAS: never without one, nor where
// starting its threads costs more than they save.
bool blas_takes(int64_t m, int64_t n, int64_t k);
void blas_multiply(const BlasProduct& product);

}  // namespace mamba
