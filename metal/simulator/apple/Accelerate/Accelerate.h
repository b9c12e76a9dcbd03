// The part of Accelerate that libmamba uses, for the link check: the CBLAS
// interface as it was before macOS 13.3. On a Mac the SDK's header is found.
#pragma once

#ifdef __cplusplus
extern "C" {
#endif

enum CBLAS_ORDER { CblasRowMajor = 101, CblasColMajor = 102 };
enum CBLAS_TRANSPOSE {
  CblasNoTrans = 111,
  CblasTrans = 112,
  CblasConjTrans = 113,
};

void cblas_sgemm(const enum CBLAS_ORDER order,
                 const enum CBLAS_TRANSPOSE TransA,
                 const enum CBLAS_TRANSPOSE TransB, const int M, const int N,
                 const int K, const float alpha, const float* A, const int lda,
                 const float* B, const int ldb, const float beta, float* C,
                 const int ldc);

#ifdef __cplusplus
}
#endif
