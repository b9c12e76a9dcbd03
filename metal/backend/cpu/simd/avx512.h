// 16 lanes of f32. Included by simd.h inside the namespace of the ISA.
// `partial` loads read n < kLanes elements and fill up with 0.

using Vec = __m512;
using Mask = __mmask16;
constexpr int64_t kLanes = 16;
// Registers for accumulators: rows of x by vectors of outputs.
constexpr int kGemmRows = 12;
constexpr int kGemmVecs = 2;
// Dot products with weights of so many bytes: registers for accumulators,
// outputs of a row of x alone, and most rows of x at a time.
constexpr int kDotRegisters = 16;
template <int64_t Bytes>
constexpr int kDotAlone = 1;
template <int64_t Bytes>
constexpr int kDotRows = Bytes == 4 ? 8 : 4;
// Bytes that memory is ahead of a single stream (0: the processor's own are
// enough), and where they go, as of __builtin_prefetch.
template <int64_t Bytes>
constexpr int64_t kDotAhead = Bytes == 4 ? 2048 : 0;
constexpr int kDotAheadLevel = 2;

inline Mask first(int64_t n) { return static_cast<Mask>((1u << n) - 1u); }

inline Vec zero() { return _mm512_setzero_ps(); }
inline Vec splat(float x) { return _mm512_set1_ps(x); }
inline Vec load(const float* p) { return _mm512_loadu_ps(p); }
inline Vec partial(const float* p, int64_t n) {
  return _mm512_maskz_loadu_ps(first(n), p);
}
inline void store(float* p, Vec v) { _mm512_storeu_ps(p, v); }
inline void store_partial(float* p, Vec v, int64_t n) {
  _mm512_mask_storeu_ps(p, first(n), v);
}

inline Vec add(Vec a, Vec b) { return _mm512_add_ps(a, b); }
inline Vec sub(Vec a, Vec b) { return _mm512_sub_ps(a, b); }
inline Vec mul(Vec a, Vec b) { return _mm512_mul_ps(a, b); }
inline Vec div(Vec a, Vec b) { return _mm512_div_ps(a, b); }
// a · b + c
inline Vec fma(Vec a, Vec b, Vec c) { return _mm512_fmadd_ps(a, b, c); }
inline Vec fma_splat(const float* a, Vec b, Vec c) {
  return _mm512_fmadd_ps(_mm512_set1_ps(*a), b, c);
}
// c - a · b
inline Vec fnma(Vec a, Vec b, Vec c) { return _mm512_fnmadd_ps(a, b, c); }
// A NaN in `x` stays, one in the bound does not matter.
inline Vec at_least(Vec bound, Vec x) { return _mm512_max_ps(bound, x); }
inline Vec at_most(Vec bound, Vec x) { return _mm512_min_ps(bound, x); }
inline Vec absolute(Vec x) { return _mm512_abs_ps(x); }
inline Vec round_even(Vec x) {
  return _mm512_roundscale_ps(x, _MM_FROUND_TO_NEAREST_INT);
}
inline Mask is_less(Vec a, Vec b) {
  return _mm512_cmp_ps_mask(a, b, _CMP_LT_OQ);
}
inline Vec select(Mask m, Vec yes, Vec no) {
  return _mm512_mask_blend_ps(m, no, yes);
}
// x = whole + rest, for x in [-126, 127]; `power` is what times_power needs of
// the whole number.
struct Power {
  Vec rest, power;
};
inline Power split_power(Vec x) {
  const Vec whole = round_even(x);
  return {sub(x, whole), whole};
}
// p · 2^whole
inline Vec times_power(Vec p, Power x) { return _mm512_scalef_ps(p, x.power); }
// p · 2^r for whole r ≤ 128, and 0 where `none`; 2^128 is infinity.
inline Vec scale_pow2(Vec p, Vec r, Mask none) {
  return _mm512_maskz_scalef_ps(static_cast<Mask>(~none), p, r);
}
// What exponents must be raised to for scale_pow2: nothing, here.
inline Vec scalable(Vec, Vec x) { return x; }

inline float sum(Vec v) {
  const __m256 h =
      _mm256_add_ps(_mm512_castps512_ps256(v), _mm512_extractf32x8_ps(v, 1));
  const __m128 q =
      _mm_add_ps(_mm256_castps256_ps128(h), _mm256_extractf128_ps(h, 1));
  const __m128 d = _mm_hadd_ps(q, q);
  return _mm_cvtss_f32(_mm_hadd_ps(d, d));
}

inline __m128 fold(Vec v) {
  const __m256 h =
      _mm256_add_ps(_mm512_castps512_ps256(v), _mm512_extractf32x8_ps(v, 1));
  return _mm_add_ps(_mm256_castps256_ps128(h), _mm256_extractf128_ps(h, 1));
}

// out[i] = the sum of v[i], always in the same order.
inline void sum4(const Vec v[4], float* out) {
  const __m128 a = _mm_hadd_ps(fold(v[0]), fold(v[1]));
  const __m128 b = _mm_hadd_ps(fold(v[2]), fold(v[3]));
  _mm_storeu_ps(out, _mm_hadd_ps(a, b));
}

inline Vec widen_f16(__m256i bits) { return _mm512_cvtph_ps(bits); }
inline Vec widen_bf16(__m256i bits) {
  return _mm512_castsi512_ps(
      _mm512_slli_epi32(_mm512_cvtepu16_epi32(bits), 16));
}
inline __m256i load16(const void* p) {
  return _mm256_loadu_si256(static_cast<const __m256i*>(p));
}
inline __m256i partial16(const void* p, int64_t n) {
  return _mm256_maskz_loadu_epi16(first(n), p);
}
inline Vec load_f32(const void* p) { return _mm512_loadu_ps(p); }
inline Vec partial_f32(const void* p, int64_t n) {
  return _mm512_maskz_loadu_ps(first(n), p);
}

// v[i][j] -> v[j][i]
inline void transpose(Vec v[kLanes]) {
  Vec t[16];
  for (int i = 0; i < 16; i += 4) {
    const Vec ab_low = _mm512_unpacklo_ps(v[i], v[i + 1]);
    const Vec ab_high = _mm512_unpackhi_ps(v[i], v[i + 1]);
    const Vec cd_low = _mm512_unpacklo_ps(v[i + 2], v[i + 3]);
    const Vec cd_high = _mm512_unpackhi_ps(v[i + 2], v[i + 3]);
    t[i] = _mm512_shuffle_ps(ab_low, cd_low, 0x44);
    t[i + 1] = _mm512_shuffle_ps(ab_low, cd_low, 0xee);
    t[i + 2] = _mm512_shuffle_ps(ab_high, cd_high, 0x44);
    t[i + 3] = _mm512_shuffle_ps(ab_high, cd_high, 0xee);
  }
  // t[4g + c], quarter q: rows 4g … 4g + 3 of column 4q + c.
  for (int c = 0; c < 4; ++c) {
    const Vec low_even = _mm512_shuffle_f32x4(t[c], t[c + 4], 0x88);
    const Vec low_odd = _mm512_shuffle_f32x4(t[c], t[c + 4], 0xdd);
    const Vec high_even = _mm512_shuffle_f32x4(t[c + 8], t[c + 12], 0x88);
    const Vec high_odd = _mm512_shuffle_f32x4(t[c + 8], t[c + 12], 0xdd);
    v[c] = _mm512_shuffle_f32x4(low_even, high_even, 0x88);
    v[c + 4] = _mm512_shuffle_f32x4(low_odd, high_odd, 0x88);
    v[c + 8] = _mm512_shuffle_f32x4(low_even, high_even, 0xdd);
    v[c + 12] = _mm512_shuffle_f32x4(low_odd, high_odd, 0xdd);
  }
}
