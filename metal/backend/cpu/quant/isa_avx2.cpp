// Whole-number products with AVX2; empty on other processors.
#include "backend/cpu/quant/quant_kernels.h"

#if defined(__AVX2__)

#include <immintrin.h>

#include "quant/rotation.h"

#define MAMBA_QUANT_ISA avx2_quant

namespace mamba::MAMBA_QUANT_ISA {
namespace {

using Ints = __m256i;
using Floats = __m256;
constexpr int kVectors = 2;
constexpr int kRows = 4, kFineRows = 2;
constexpr int kPanels = 1, kPanelRows = kRows;
constexpr int kOffset8 = 0;
constexpr int64_t kStep = kQuantPanel * kQuantQuad;
template <bool Four>
constexpr int64_t kAhead = Four ? 2560 : 512;
template <bool Four>
constexpr int kAheadLevel = 0;

inline Floats no_floats() { return _mm256_setzero_ps(); }
inline void store_floats(float* to, int v, Floats x) {
  _mm256_storeu_ps(to + v * 8, x);
}
inline __m256i load(const uint8_t* p) {
  return _mm256_loadu_si256(reinterpret_cast<const __m256i*>(p));
}
inline __m256i quad(const int8_t* p) {
  int value;
  __builtin_memcpy(&value, p, 4);
  return _mm256_set1_epi32(value);
}
inline Floats scales_of(const uint8_t* scales, int v) {
  return _mm256_cvtph_ps(
      _mm_loadu_si128(reinterpret_cast<const __m128i*>(scales + v * 16)));
}
inline Floats fused(Ints dots, Floats d, float x_scale, Floats acc) {
  const Floats dot = _mm256_cvtepi32_ps(dots);
  return _mm256_fmadd_ps(dot, _mm256_mul_ps(_mm256_set1_ps(x_scale), d), acc);
}

inline Ints of_bytes(Ints high, Ints low, int32_t) {
  return _mm256_add_epi32(_mm256_slli_epi32(high, 4), low);
}

// 8-bit products go in pairs into 16 bits: |x| is the unsigned side, and the
// weight takes its sign. A pair is at most 2 · 127² < 2^15.
template <int R, int P>
inline void dot_8(const uint8_t* q, int64_t, const int8_t* const x[R],
                  const int32_t*, Ints dots[R][kVectors]) {
  static_assert(P == 1);
  const __m256i ones = _mm256_set1_epi16(1);
  for (int r = 0; r < R; ++r) {
    dots[r][0] = dots[r][1] = _mm256_setzero_si256();
  }
#pragma GCC unroll 8
  for (int i = 0; i < 8; ++i) {
    const __m256i low = load(q + i * kStep), high = load(q + i * kStep + 32);
    for (int r = 0; r < R; ++r) {
      const __m256i in = quad(x[r] + i * kQuantQuad);
      const __m256i size = _mm256_abs_epi8(in);
      const __m256i a = _mm256_maddubs_epi16(size, _mm256_sign_epi8(low, in));
      const __m256i b = _mm256_maddubs_epi16(size, _mm256_sign_epi8(high, in));
      dots[r][0] = _mm256_add_epi32(dots[r][0], _mm256_madd_epi16(a, ones));
      dots[r][1] = _mm256_add_epi32(dots[r][1], _mm256_madd_epi16(b, ones));
    }
  }
}

// A block's sums fit into 16 bits: 8 · 2 · 15 · 127 < 2^15.
template <int R, int P>
inline void dot_4(const uint8_t* q, int64_t, const int8_t* const x[R],
                  const int32_t* starts, Ints dots[R][kVectors]) {
  static_assert(P == 1);
  const __m256i mask = _mm256_set1_epi8(15), ones = _mm256_set1_epi16(1);
  for (int r = 0; r < R; ++r) {
    dots[r][0] = dots[r][1] = _mm256_setzero_si256();
  }
#pragma GCC unroll 4
  for (int i = 0; i < 4; ++i) {
    const __m256i two[kVectors] = {load(q + i * kStep),
                                   load(q + i * kStep + 32)};
    for (int r = 0; r < R; ++r) {
      const __m256i near = quad(x[r] + i * kQuantQuad);
      const __m256i far = quad(x[r] + 16 + i * kQuantQuad);
      for (int v = 0; v < kVectors; ++v) {
        const __m256i low = _mm256_and_si256(two[v], mask);
        const __m256i high =
            _mm256_and_si256(_mm256_srli_epi16(two[v], 4), mask);
        dots[r][v] = _mm256_add_epi16(
            dots[r][v], _mm256_add_epi16(_mm256_maddubs_epi16(low, near),
                                         _mm256_maddubs_epi16(high, far)));
      }
    }
  }
  for (int r = 0; r < R; ++r) {
    for (int v = 0; v < kVectors; ++v) {
      dots[r][v] = _mm256_add_epi32(_mm256_madd_epi16(dots[r][v], ones),
                                    _mm256_set1_epi32(starts[r]));
    }
  }
}

// Lanes with the sign in `minus` are what is across less themselves, the others
// the sum.
inline __m256 add_across(__m256 own, __m256 across, __m256 minus) {
  return _mm256_add_ps(across, _mm256_xor_ps(own, minus));
}
inline __m256 rotate_lanes(__m256 v) {
  constexpr float kNo = 0.0f, kMinus = -0.0f;
  v = add_across(
      v, _mm256_permute2f128_ps(v, v, 1),
      _mm256_setr_ps(kNo, kNo, kNo, kNo, kMinus, kMinus, kMinus, kMinus));
  v = add_across(
      v, _mm256_permute_ps(v, 0x4e),
      _mm256_setr_ps(kNo, kNo, kMinus, kMinus, kNo, kNo, kMinus, kMinus));
  v = add_across(
      v, _mm256_permute_ps(v, 0xb1),
      _mm256_setr_ps(kNo, kMinus, kNo, kMinus, kNo, kMinus, kNo, kMinus));
  return _mm256_mul_ps(v, _mm256_set1_ps(kRotatedInput));
}
inline void rotate(const float* x, float* to) {
  __m256 v[4];
  for (int i = 0; i < 4; ++i) v[i] = _mm256_loadu_ps(x + i * 8);
  const __m256 a = _mm256_add_ps(v[0], v[2]), b = _mm256_add_ps(v[1], v[3]);
  const __m256 c = _mm256_sub_ps(v[0], v[2]), d = _mm256_sub_ps(v[1], v[3]);
  _mm256_store_ps(to, rotate_lanes(_mm256_add_ps(a, b)));
  _mm256_store_ps(to + 8, rotate_lanes(_mm256_sub_ps(a, b)));
  _mm256_store_ps(to + 16, rotate_lanes(_mm256_add_ps(c, d)));
  _mm256_store_ps(to + 24, rotate_lanes(_mm256_sub_ps(c, d)));
}

inline uint32_t largest_bits(const float* x) {
  const __m256i mask = _mm256_set1_epi32(0x7fffffff);
  __m256i most = _mm256_setzero_si256();
  for (int i = 0; i < 4; ++i) {
    const __m256i bits =
        _mm256_loadu_si256(reinterpret_cast<const __m256i*>(x + i * 8));
    most = _mm256_max_epi32(most, _mm256_and_si256(bits, mask));
  }
  __m128i four = _mm_max_epi32(_mm256_castsi256_si128(most),
                               _mm256_extracti128_si256(most, 1));
  four = _mm_max_epi32(four, _mm_shuffle_epi32(four, 0x4e));
  four = _mm_max_epi32(four, _mm_shuffle_epi32(four, 0xb1));
  return static_cast<uint32_t>(_mm_cvtsi128_si32(four));
}

inline void store_bytes(const __m256i q[4], int8_t* to) {
  const __m256i bytes = _mm256_packs_epi16(_mm256_packs_epi32(q[0], q[1]),
                                           _mm256_packs_epi32(q[2], q[3]));
  // Packs work on halves.
  const __m256i order = _mm256_setr_epi32(0, 4, 1, 5, 2, 6, 3, 7);
  _mm256_storeu_si256(reinterpret_cast<__m256i*>(to),
                      _mm256_permutevar8x32_epi32(bytes, order));
}
inline void round_numbers(const float* x, float inverse, __m256i q[4]) {
  const __m256 scale = _mm256_set1_ps(inverse);
  for (int i = 0; i < 4; ++i) {
    q[i] = _mm256_cvtps_epi32(_mm256_mul_ps(_mm256_loadu_ps(x + i * 8), scale));
  }
}
inline int32_t sum_of(const __m256i q[4]) {
  const __m256i sum = _mm256_add_epi32(_mm256_add_epi32(q[0], q[1]),
                                       _mm256_add_epi32(q[2], q[3]));
  __m128i four = _mm_add_epi32(_mm256_castsi256_si128(sum),
                               _mm256_extracti128_si256(sum, 1));
  four = _mm_add_epi32(four, _mm_shuffle_epi32(four, 0x4e));
  four = _mm_add_epi32(four, _mm_shuffle_epi32(four, 0xb1));
  return _mm_cvtsi128_si32(four);
}

// Returns the sum of the numbers.
inline int32_t round_block(const float* x, float inverse, int8_t* numbers) {
  __m256i q[4];
  round_numbers(x, inverse, q);
  store_bytes(q, numbers);
  return sum_of(q);
}

// The same of numbers of 12 bits, 16 · high + low.
inline int32_t round_fine(const float* x, float inverse, int8_t* high,
                          int8_t* low) {
  __m256i q[4], upper[4], rest[4];
  round_numbers(x, inverse, q);
  for (int i = 0; i < 4; ++i) {
    upper[i] =
        _mm256_srai_epi32(_mm256_add_epi32(q[i], _mm256_set1_epi32(8)), 4);
    rest[i] = _mm256_sub_epi32(q[i], _mm256_slli_epi32(upper[i], 4));
  }
  store_bytes(upper, high);
  store_bytes(rest, low);
  return sum_of(q);
}

}  // namespace
}  // namespace mamba::MAMBA_QUANT_ISA

#include "backend/cpu/quant/quant_products.h"

namespace mamba {
const QuantKernels* avx2_quant_kernels() {
  return avx2_quant::quant_table("AVX2");
}
}  // namespace mamba

#else

namespace mamba {
const QuantKernels* avx2_quant_kernels() { return nullptr; }
}  // namespace mamba

#endif
