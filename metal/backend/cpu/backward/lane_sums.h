// Sums over lanes of several vectors.
#pragma once

#include "backend/cpu/simd/simd.h"

namespace mamba::MAMBA_CPU_ISA {

// out[i] = the sum of the lanes of vector i.  vectors (n, kLanes), out (n)
inline void lane_sums(const float* vectors, int64_t n, float* out) {
  int64_t i = 0;
  for (; i + 4 <= n; i += 4) {
    const float* at = vectors + i * kLanes;
    const Vec four[4] = {load(at), load(at + kLanes), load(at + 2 * kLanes),
                         load(at + 3 * kLanes)};
    sum4(four, out + i);
  }
  for (; i < n; ++i) out[i] = sum(load(vectors + i * kLanes));
}

}  // namespace mamba::MAMBA_CPU_ISA
