// 8 lanes of f32. Included by simd.h inside the namespace of the ISA.
// `partial` loads read n < kLanes elements and fill up with 0.

using Vec = __m256;
using Mask = __m256;
constexpr int64_t kLanes = 8;
// Registers for accumulators: rows of x by vectors of outputs.
constexpr int kGemmRows = 6;
constexpr int kGemmVecs = 2;
// Dot products with weights of so many bytes: registers for accumulators,
// outputs of a row of x alone, and most rows of x at a time; what is widened
// is worth more of them.
constexpr int kDotRegisters = 12;
template <int64_t Bytes>
constexpr int kDotAlone = Bytes == 4 ? 1 : 4;
template <int64_t Bytes>
constexpr int kDotRows = Bytes == 4 ? 4 : 8;
// Bytes that memory is ahead of a single stream (0: the processor's own are
// enough), and where they go, as of __builtin_prefetch.
template <int64_t Bytes>
constexpr int64_t kDotAhead = 512;
constexpr int kDotAheadLevel = 0;

inline __m256i first(int64_t n) {
  return _mm256_cmpgt_epi32(_mm256_set1_epi32(static_cast<int>(n)),
                            _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7));
}

inline Vec zero() { return _mm256_setzero_ps(); }
inline Vec splat(float x) { return _mm256_set1_ps(x); }
inline Vec load(const float* p) { return _mm256_loadu_ps(p); }
inline Vec partial(const float* p, int64_t n) {
  return _mm256_maskload_ps(p, first(n));
}
inline void store(float* p, Vec v) { _mm256_storeu_ps(p, v); }
inline void store_partial(float* p, Vec v, int64_t n) {
  _mm256_maskstore_ps(p, first(n), v);
}

inline Vec add(Vec a, Vec b) { return _mm256_add_ps(a, b); }
inline Vec sub(Vec a, Vec b) { return _mm256_sub_ps(a, b); }
inline Vec mul(Vec a, Vec b) { return _mm256_mul_ps(a, b); }
inline Vec div(Vec a, Vec b) { return _mm256_div_ps(a, b); }
// a · b + c
inline Vec fma(Vec a, Vec b, Vec c) { return _mm256_fmadd_ps(a, b, c); }
inline Vec fma_splat(const float* a, Vec b, Vec c) {
  return _mm256_fmadd_ps(_mm256_set1_ps(*a), b, c);
}
// c - a · b
inline Vec fnma(Vec a, Vec b, Vec c) { return _mm256_fnmadd_ps(a, b, c); }
// A NaN in `x` stays, one in the bound does not matter.
inline Vec at_least(Vec bound, Vec x) { return _mm256_max_ps(bound, x); }
inline Vec at_most(Vec bound, Vec x) { return _mm256_min_ps(bound, x); }
inline Vec absolute(Vec x) {
  return _mm256_andnot_ps(_mm256_set1_ps(-0.0f), x);
}
inline Vec round_even(Vec x) {
  return _mm256_round_ps(x, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC);
}
inline Mask is_less(Vec a, Vec b) { return _mm256_cmp_ps(a, b, _CMP_LT_OQ); }
inline Vec select(Mask m, Vec yes, Vec no) {
  return _mm256_blendv_ps(no, yes, m);
}
inline Vec last_bits_to_exponent(Vec x) {
  return _mm256_castsi256_ps(_mm256_slli_epi32(_mm256_castps_si256(x), 23));
}
#include "backend/cpu/simd/power.h"

// p · 2^r for whole r in [-126, 128], and 0 where `none`; 2^128 is infinity.
inline Vec scale_pow2(Vec p, Vec r, Mask none) {
  const __m256i exponent =
      _mm256_add_epi32(_mm256_cvtps_epi32(r), _mm256_set1_epi32(127));
  const Vec scale = _mm256_castsi256_ps(_mm256_slli_epi32(exponent, 23));
  return _mm256_andnot_ps(none, _mm256_mul_ps(p, scale));
}
// What exponents must be raised to for scale_pow2.
inline Vec scalable(Vec low, Vec x) { return at_least(low, x); }

inline __m128 fold(Vec v) {
  return _mm_add_ps(_mm256_castps256_ps128(v), _mm256_extractf128_ps(v, 1));
}

inline float sum(Vec v) {
  const __m128 q = fold(v);
  const __m128 d = _mm_hadd_ps(q, q);
  return _mm_cvtss_f32(_mm_hadd_ps(d, d));
}

// out[i] = the sum of v[i], always in the same order.
inline void sum4(const Vec v[4], float* out) {
  const __m128 a = _mm_hadd_ps(fold(v[0]), fold(v[1]));
  const __m128 b = _mm_hadd_ps(fold(v[2]), fold(v[3]));
  _mm_storeu_ps(out, _mm_hadd_ps(a, b));
}

inline Vec widen_f16(__m128i bits) { return _mm256_cvtph_ps(bits); }
inline Vec widen_bf16(__m128i bits) {
  return _mm256_castsi256_ps(
      _mm256_slli_epi32(_mm256_cvtepu16_epi32(bits), 16));
}
inline __m128i load16(const void* p) {
  return _mm_loadu_si128(static_cast<const __m128i*>(p));
}
inline __m128i partial16(const void* p, int64_t n) {
  alignas(16) uint16_t lanes[8] = {};
  __builtin_memcpy(lanes, p, static_cast<size_t>(n) * 2);
  return load16(lanes);
}
inline Vec load_f32(const void* p) {
  return _mm256_castsi256_ps(
      _mm256_loadu_si256(static_cast<const __m256i*>(p)));
}
inline Vec partial_f32(const void* p, int64_t n) {
  return _mm256_castsi256_ps(
      _mm256_maskload_epi32(static_cast<const int*>(p), first(n)));
}

// v[i][j] -> v[j][i]
inline void transpose(Vec v[kLanes]) {
  Vec t[8];
  for (int i = 0; i < 8; i += 4) {
    const Vec ab_low = _mm256_unpacklo_ps(v[i], v[i + 1]);
    const Vec ab_high = _mm256_unpackhi_ps(v[i], v[i + 1]);
    const Vec cd_low = _mm256_unpacklo_ps(v[i + 2], v[i + 3]);
    const Vec cd_high = _mm256_unpackhi_ps(v[i + 2], v[i + 3]);
    t[i] = _mm256_shuffle_ps(ab_low, cd_low, 0x44);
    t[i + 1] = _mm256_shuffle_ps(ab_low, cd_low, 0xee);
    t[i + 2] = _mm256_shuffle_ps(ab_high, cd_high, 0x44);
    t[i + 3] = _mm256_shuffle_ps(ab_high, cd_high, 0xee);
  }
  for (int c = 0; c < 4; ++c) {
    v[c] = _mm256_permute2f128_ps(t[c], t[c + 4], 0x20);
    v[c + 4] = _mm256_permute2f128_ps(t[c], t[c + 4], 0x31);
  }
}
