// One set of vector functions for every instruction set. An isa_*.cpp file
// defines MAMBA_CPU_ISA (avx512, avx2 or neon) before it includes the ops.
// Everything lives in a namespace of that name: an inline function compiled
// for one instruction set must never be taken for another's.
#pragma once

#include <cstddef>
#include <cstdint>

#if defined(__x86_64__)
// GCC 12 warns about its own header's deliberately undefined operands.
#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wuninitialized"
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"
#include <immintrin.h>
#pragma GCC diagnostic pop
#else
#include <immintrin.h>
#endif
#elif defined(__aarch64__)
#include <arm_neon.h>
#endif

#include "core/tensor.h"

namespace mamba::MAMBA_CPU_ISA {

#if defined(__AVX512F__)
#include "backend/cpu/simd/avx512.h"
#elif defined(__AVX2__)
#include "backend/cpu/simd/avx2.h"
#elif defined(__aarch64__)
#include "backend/cpu/simd/neon.h"
#endif

inline int64_t min_of(int64_t a, int64_t b) { return a < b ? a : b; }
inline int64_t max_of(int64_t a, int64_t b) { return a > b ? a : b; }
inline int64_t round_up(int64_t n, int64_t step) {
  return (n + step - 1) / step * step;
}

// Loads and stores of n ≤ kLanes elements.
inline Vec load_some(const float* p, int64_t n) {
  return n >= kLanes ? load(p) : partial(p, n);
}
inline void store_some(float* p, Vec v, int64_t n) {
  if (n >= kLanes) {
    store(p, v);
  } else {
    store_partial(p, v, n);
  }
}

// Weights in their stored type, at any alignment, widened in registers.
struct F32Weights {
  static constexpr int64_t kBytes = 4;
  static Vec load(const uint8_t* p) { return load_f32(p); }
  static Vec partial(const uint8_t* p, int64_t n) { return partial_f32(p, n); }
};
struct F16Weights {
  static constexpr int64_t kBytes = 2;
  static Vec load(const uint8_t* p) { return widen_f16(load16(p)); }
  static Vec partial(const uint8_t* p, int64_t n) {
    return widen_f16(partial16(p, n));
  }
};
struct Bf16Weights {
  static constexpr int64_t kBytes = 2;
  static Vec load(const uint8_t* p) { return widen_bf16(load16(p)); }
  static Vec partial(const uint8_t* p, int64_t n) {
    return widen_bf16(partial16(p, n));
  }
};

}  // namespace mamba::MAMBA_CPU_ISA
