// Rows of the embedding table, widened.
#pragma once

#include "backend/cpu/simd/simd.h"
#include "backend/cpu/workspace.h"
#include "quant/quantize.h"

namespace mamba::MAMBA_CPU_ISA {

template <typename W>
inline void widen(const uint8_t* from, int64_t n, float* to) {
  int64_t i = 0;
  for (; i + kLanes <= n; i += kLanes) {
    store(to + i, W::load(from + i * W::kBytes));
  }
  if (i < n) {
    store_partial(to + i, W::partial(from + i * W::kBytes, n - i), n - i);
  }
}

inline void load_row(const Matrix& from, int64_t row, float* to) {
  const uint8_t* base = static_cast<const uint8_t*>(from.data);
  const int64_t element = row * from.cols;
  switch (from.dtype) {
    case Dtype::f32:
      widen<F32Weights>(base + element * 4, from.cols, to);
      break;
    case Dtype::f16:
      widen<F16Weights>(base + element * 2, from.cols, to);
      break;
    case Dtype::bf16:
      widen<Bf16Weights>(base + element * 2, from.cols, to);
      break;
    case Dtype::q8:
    case Dtype::q4:
      widen_row(from, row, to);
      break;
  }
}

// A few rows of memory to memory: not worth a round of the pool.
inline void embedding(CpuContext&, const uint32_t* ids, int64_t n,
                      const Matrix& table, float* out) {
  for (int64_t i = 0; i < n; ++i) {
    load_row(table, static_cast<int64_t>(ids[i]), out + i * table.cols);
  }
}

}  // namespace mamba::MAMBA_CPU_ISA
