// The most arithmetic that registers alone give: what a matrix product is
// measured against. Included by kernels_table.h, once per instruction set.
#pragma once

#include "backend/cpu/kernels.h"
#include "backend/cpu/simd/simd.h"

namespace mamba::MAMBA_CPU_ISA {

// Chains that do not wait for one another: enough for two units of five
// cycles, few enough to stay in 16 registers.
constexpr int kPeakChains = 12;

// `rounds` fused multiply-adds of each chain.
inline PeakPass peak_f32(int64_t rounds) {
  Vec chains[kPeakChains];
  for (int i = 0; i < kPeakChains; ++i) chains[i] = splat(0.5f + 0.01f * i);
  const Vec scale = splat(0.75f);
  const Vec offset = splat(0.25f);
  for (int64_t round = 0; round < rounds; ++round) {
    for (Vec& chain : chains) chain = fma(chain, scale, offset);
  }
  Vec total = zero();
  for (const Vec chain : chains) total = add(total, chain);
  return {2.0 * kLanes * kPeakChains * static_cast<double>(rounds), sum(total)};
}

#if defined(__AVX512F__)

#define MAMBA_VECTOR __m512i
#if defined(MAMBA_EMULATED_AVX512)  // by a test: there are no such registers
#define MAMBA_UNKNOWN(v) __asm__ volatile("" : "+m"(v))
#else
#define MAMBA_UNKNOWN(v) __asm__ volatile("" : "+v"(v))
#endif
inline MAMBA_VECTOR splat_int8(char x) { return _mm512_set1_epi8(x); }
inline MAMBA_VECTOR no_int32() { return _mm512_setzero_si512(); }
inline MAMBA_VECTOR dot(MAMBA_VECTOR c, MAMBA_VECTOR a, MAMBA_VECTOR b) {
  const __m512i pairs = _mm512_maddubs_epi16(a, b);
  const __m512i sums = _mm512_madd_epi16(pairs, _mm512_set1_epi16(1));
  return _mm512_add_epi32(c, sums);
}
inline float first_of(MAMBA_VECTOR v) {
  return static_cast<float>(_mm512_cvtsi512_si32(v));
}

#elif defined(__AVX2__)

#define MAMBA_VECTOR __m256i
#define MAMBA_UNKNOWN(v) __asm__ volatile("" : "+x"(v))
inline MAMBA_VECTOR splat_int8(char x) { return _mm256_set1_epi8(x); }
inline MAMBA_VECTOR no_int32() { return _mm256_setzero_si256(); }
inline MAMBA_VECTOR dot(MAMBA_VECTOR c, MAMBA_VECTOR a, MAMBA_VECTOR b) {
  const __m256i pairs = _mm256_maddubs_epi16(a, b);
  const __m256i sums = _mm256_madd_epi16(pairs, _mm256_set1_epi16(1));
  return _mm256_add_epi32(c, sums);
}
inline float first_of(MAMBA_VECTOR v) {
  return static_cast<float>(_mm256_extract_epi32(v, 0));
}

#elif defined(__aarch64__)

#define MAMBA_VECTOR int8x16_t
#define MAMBA_UNKNOWN(v) __asm__ volatile("" : "+w"(v))
inline MAMBA_VECTOR splat_int8(char x) {
  return vdupq_n_s8(static_cast<int8_t>(x));
}
inline int32x4_t no_int32() { return vdupq_n_s32(0); }
inline int32x4_t dot(int32x4_t c, MAMBA_VECTOR a, MAMBA_VECTOR b) {
#if defined(__ARM_FEATURE_DOTPROD)
  return vdotq_s32(c, a, b);
#else
  const int16x8_t low = vmull_s8(vget_low_s8(a), vget_low_s8(b));
  const int16x8_t high = vmull_s8(vget_high_s8(a), vget_high_s8(b));
  return vpadalq_s16(vpadalq_s16(c, low), high);
#endif
}
inline float first_of(int32x4_t v) {
  return static_cast<float>(vgetq_lane_s32(v, 0));
}

#endif

// The operations of `rounds` rounds: two for each pair of bytes.
inline double int8_operations(int64_t rounds) {
  return 2.0 * sizeof(MAMBA_VECTOR) * kPeakChains * static_cast<double>(rounds);
}

// A factor that the compiler must take for another one each time: it would do
// the product once, before the loop.
inline PeakPass dot_int8(int64_t rounds) {
  decltype(no_int32()) chains[kPeakChains];
  for (auto& chain : chains) chain = no_int32();
  MAMBA_VECTOR a = splat_int8(3);
  const MAMBA_VECTOR b = splat_int8(5);
  for (int64_t round = 0; round < rounds; ++round) {
    for (auto& chain : chains) {
      MAMBA_UNKNOWN(a);
      chain = dot(chain, a, b);
    }
  }
  float total = 0;
  for (const auto& chain : chains) total += first_of(chain);
  return {int8_operations(rounds), total};
}

#if defined(__AVX512F__) && !defined(MAMBA_EMULATED_AVX512)

// One instruction where the processor has it, which this file is not built for.
__attribute__((target("avx512vnni"))) inline PeakPass dot_vnni(int64_t rounds) {
  __m512i chains[kPeakChains];
  for (__m512i& chain : chains) chain = _mm512_setzero_si512();
  __m512i a = _mm512_set1_epi8(3);
  const __m512i b = _mm512_set1_epi8(5);
  for (int64_t round = 0; round < rounds; ++round) {
    for (__m512i& chain : chains) {
      MAMBA_UNKNOWN(a);
      chain = _mm512_dpbusd_epi32(chain, a, b);
    }
  }
  float total = 0;
  for (const __m512i& chain : chains) {
    total += static_cast<float>(_mm512_cvtsi512_si32(chain));
  }
  return {int8_operations(rounds), total};
}

inline PeakPass peak_int8(int64_t rounds) {
  return __builtin_cpu_supports("avx512vnni") ? dot_vnni(rounds)
                                              : dot_int8(rounds);
}

#else

inline PeakPass peak_int8(int64_t rounds) { return dot_int8(rounds); }

#endif

#undef MAMBA_UNKNOWN
#undef MAMBA_VECTOR

}  // namespace mamba::MAMBA_CPU_ISA
