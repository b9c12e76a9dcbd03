#include "backend/cpu/blas.h"

#include <climits>

#if defined(__APPLE__)
#include <Accelerate/Accelerate.h>
// The interface that Accelerate had before macOS 13.3 is the one that works on
// every system that this library runs on.
#pragma clang diagnostic ignored "-Wdeprecated-declarations"
#elif MAMBA_CBLAS
#include <cblas.h>
#endif

namespace mamba {

#if defined(__APPLE__) || MAMBA_CBLAS

namespace {

// Multiplications and additions. A build that tests this sends it everything.
#if MAMBA_CBLAS
constexpr int64_t kWorthIt = 1;
#else
constexpr int64_t kWorthIt = int64_t{1} << 21;
#endif

}  // namespace

bool blas_takes(int64_t m, int64_t n, int64_t k) {
  return m <= INT_MAX && n <= INT_MAX && k <= INT_MAX && m * n * k >= kWorthIt;
}

void blas_multiply(const BlasProduct& p) {
  const auto transpose = [](bool yes) {
    return yes ? CblasTrans : CblasNoTrans;
  };
  cblas_sgemm(CblasRowMajor, transpose(p.transpose_a), transpose(p.transpose_b),
              static_cast<int>(p.m), static_cast<int>(p.n),
              static_cast<int>(p.k), 1.0f, p.a, static_cast<int>(p.lda), p.b,
              static_cast<int>(p.ldb), p.accumulate ? 1.0f : 0.0f, p.c,
              static_cast<int>(p.ldc));
}

#else

bool blas_takes(int64_t, int64_t, int64_t) { return false; }
void blas_multiply(const BlasProduct&) {}

#endif

}  // namespace mamba
