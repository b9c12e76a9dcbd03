// AVX-512 on processors that have AVX2 alone: the library's AVX-512 and VNNI
// files are compiled as they are, with this file before them. SIMDe gives them
// the intrinsics; what SIMDe 0.7.4 lacks or does not do as the processor does
// follows below.
#pragma once

#include <cmath>
#include <cstdint>
#include <cstring>

#define SIMDE_ENABLE_NATIVE_ALIASES
#include <simde/x86/avx512.h>

#if defined(__AVX512F__)
#error "the compiler would take the real instructions"
#endif

namespace emulated {

template <typename Lane, int N>
struct Lanes {
  Lane at[N];
};
using Floats = Lanes<float, 16>;
using Ints = Lanes<int32_t, 16>;

// Between the lanes of a vector and the vector.
template <typename To, typename From>
inline To as(const From& from) {
  static_assert(sizeof(To) == sizeof(From), "another vector");
  To to;
  std::memcpy(&to, &from, sizeof to);
  return to;
}

// Reads and writes no lane that the mask leaves out.
template <typename Vector, typename Lane>
inline Vector masked_load(uint16_t mask, const void* from) {
  Lanes<Lane, 16> to{};
  for (int i = 0; i < 16; ++i) {
    if ((mask >> i & 1) == 0) continue;
    std::memcpy(&to.at[i], static_cast<const Lane*>(from) + i, sizeof(Lane));
  }
  return as<Vector>(to);
}
inline void masked_store(void* to, uint16_t mask, __m512 from) {
  const Floats lanes = as<Floats>(from);
  for (int i = 0; i < 16; ++i) {
    if ((mask >> i & 1) == 0) continue;
    std::memcpy(static_cast<float*>(to) + i, &lanes.at[i], sizeof(float));
  }
}

// Halves, for instructions that AVX2 has.
struct FloatHalves {
  __m256 low, high;
};
struct IntHalves {
  __m256i low, high;
};
inline __m512 halves_to_floats(__m256i x) {
  return as<__m512>(
      FloatHalves{_mm256_cvtph_ps(_mm256_castsi256_si128(x)),
                  _mm256_cvtph_ps(_mm256_extracti128_si256(x, 1))});
}
inline __m512i words_to_ints(__m256i x) {
  return as<__m512i>(
      IntHalves{_mm256_cvtepu16_epi32(_mm256_castsi256_si128(x)),
                _mm256_cvtepu16_epi32(_mm256_extracti128_si256(x, 1))});
}
inline __m512 ints_to_floats(__m512i x) {
  const IntHalves half = as<IntHalves>(x);
  return as<__m512>(
      FloatHalves{_mm256_cvtepi32_ps(half.low), _mm256_cvtepi32_ps(half.high)});
}
inline __m512i floats_to_ints(__m512 x) {
  const FloatHalves half = as<FloatHalves>(x);
  return as<__m512i>(
      IntHalves{_mm256_cvtps_epi32(half.low), _mm256_cvtps_epi32(half.high)});
}
inline __m256 half_of(__m512 x, int which) {
  const FloatHalves half = as<FloatHalves>(x);
  return which == 0 ? half.low : half.high;
}
inline int first_int(__m512i x) { return as<Ints>(x).at[0]; }

// The low byte of each lane: no saturation.
inline __m128i ints_to_bytes(__m512i x) {
  const Ints from = as<Ints>(x);
  Lanes<uint8_t, 16> to;
  for (int i = 0; i < 16; ++i) to.at[i] = static_cast<uint8_t>(from.at[i]);
  return as<__m128i>(to);
}
inline int sum_of_ints(__m512i x) {
  uint32_t sum = 0;
  for (const int32_t lane : as<Ints>(x).at) sum += static_cast<uint32_t>(lane);
  return static_cast<int>(sum);
}
inline uint32_t largest_of_ints(__m512i x) {
  uint32_t most = 0;
  for (const int32_t lane : as<Ints>(x).at) {
    const uint32_t value = static_cast<uint32_t>(lane);
    if (value > most) most = value;
  }
  return most;
}

// a · 2^floor(b), rounded once; SIMDe's takes subnormal numbers for 0, and
// 2^128 for infinity before it is multiplied.
inline __m512 scaled(uint16_t mask, __m512 a, __m512 b) {
  const Floats left = as<Floats>(a), right = as<Floats>(b);
  Floats to{};
  for (int i = 0; i < 16; ++i) {
    if ((mask >> i & 1) == 0) continue;
    // Beyond these the result is 0 or infinite whatever it is; a NaN stays.
    double power = std::floor(right.at[i]);
    power = power > 800 ? 800 : power < -800 ? -800 : power;
    to.at[i] = static_cast<float>(left.at[i] * std::exp2(power));
  }
  return as<__m512>(to);
}

}  // namespace emulated

// Some are macros already: the compiler's, SIMDe's, or those of a newer SIMDe.
// The madd of 0.7.4 has arguments that the instruction has not.
#undef _mm256_maskz_loadu_epi16
#undef _mm512_cvtepi32_epi8
#undef _mm512_cvtepi32_ps
#undef _mm512_cvtepu16_epi32
#undef _mm512_cvtph_ps
#undef _mm512_cvtps_epi32
#undef _mm512_cvtsi512_si32
#undef _mm512_extractf32x8_ps
#undef _mm512_madd_epi16
#undef _mm512_mask_storeu_ps
#undef _mm512_maskz_loadu_ps
#undef _mm512_maskz_scalef_ps
#undef _mm512_reduce_add_epi32
#undef _mm512_reduce_max_epu32
#undef _mm512_scalef_ps
#undef _mm512_shuffle_f32x4

#define _mm256_maskz_loadu_epi16 emulated::masked_load<__m256i, uint16_t>
#define _mm512_cvtepi32_epi8 emulated::ints_to_bytes
#define _mm512_cvtepi32_ps emulated::ints_to_floats
#define _mm512_cvtepu16_epi32 emulated::words_to_ints
#define _mm512_cvtph_ps emulated::halves_to_floats
#define _mm512_cvtps_epi32 emulated::floats_to_ints
#define _mm512_cvtsi512_si32 emulated::first_int
#define _mm512_extractf32x8_ps emulated::half_of
#define _mm512_madd_epi16 simde_mm512_madd_epi16
#define _mm512_mask_storeu_ps emulated::masked_store
#define _mm512_maskz_loadu_ps emulated::masked_load<__m512, float>
#define _mm512_maskz_scalef_ps emulated::scaled
#define _mm512_reduce_add_epi32 emulated::sum_of_ints
#define _mm512_reduce_max_epu32 emulated::largest_of_ints
#define _mm512_scalef_ps(a, b) emulated::scaled(0xffff, a, b)
#define _mm512_shuffle_f32x4 simde_mm512_shuffle_f32x4

// What the library's files ask for: from here on the intrinsics are there.
#define MAMBA_EMULATED_AVX512 1
#define __AVX512F__ 1
#define __AVX512BW__ 1
#define __AVX512DQ__ 1
#define __AVX512VL__ 1
#define __AVX512VNNI__ 1
