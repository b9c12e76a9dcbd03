// 4 lanes of f32. Included by simd.h inside the namespace of the ISA.
// `partial` loads read n < kLanes elements and fill up with 0.

using Vec = float32x4_t;
using Mask = uint32x4_t;
constexpr int64_t kLanes = 4;
// Registers for accumulators: rows of x by vectors of outputs.
constexpr int kGemmRows = 12;
constexpr int kGemmVecs = 2;
// Dot products with weights of so many bytes: registers for accumulators,
// outputs of a row of x alone, and most rows of x at a time.
constexpr int kDotRegisters = 16;
template <int64_t Bytes>
constexpr int kDotAlone = 4;
template <int64_t Bytes>
constexpr int kDotRows = 4;
// Bytes that memory is ahead of a single stream (0: the processor's own are
// enough), and where they go, as of __builtin_prefetch.
template <int64_t Bytes>
constexpr int64_t kDotAhead = 0;
constexpr int kDotAheadLevel = 0;

inline Vec zero() { return vdupq_n_f32(0.0f); }
inline Vec splat(float x) { return vdupq_n_f32(x); }
inline Vec load(const float* p) { return vld1q_f32(p); }
inline Vec partial(const float* p, int64_t n) {
  float lanes[4] = {};
  __builtin_memcpy(lanes, p, static_cast<size_t>(n) * 4);
  return vld1q_f32(lanes);
}
inline void store(float* p, Vec v) { vst1q_f32(p, v); }
inline void store_partial(float* p, Vec v, int64_t n) {
  float lanes[4];
  vst1q_f32(lanes, v);
  __builtin_memcpy(p, lanes, static_cast<size_t>(n) * 4);
}

inline Vec add(Vec a, Vec b) { return vaddq_f32(a, b); }
inline Vec sub(Vec a, Vec b) { return vsubq_f32(a, b); }
inline Vec mul(Vec a, Vec b) { return vmulq_f32(a, b); }
inline Vec div(Vec a, Vec b) { return vdivq_f32(a, b); }
// a · b + c
inline Vec fma(Vec a, Vec b, Vec c) { return vfmaq_f32(c, a, b); }
inline Vec fma_splat(const float* a, Vec b, Vec c) {
  return vfmaq_n_f32(c, b, *a);
}
// c - a · b
inline Vec fnma(Vec a, Vec b, Vec c) { return vfmsq_f32(c, a, b); }
// FMAX and FMIN give NaN for a NaN in either operand.
inline Vec at_least(Vec bound, Vec x) { return vmaxq_f32(bound, x); }
inline Vec at_most(Vec bound, Vec x) { return vminq_f32(bound, x); }
inline Vec absolute(Vec x) { return vabsq_f32(x); }
inline Vec round_even(Vec x) { return vrndnq_f32(x); }
inline Mask is_less(Vec a, Vec b) { return vcltq_f32(a, b); }
inline Vec select(Mask m, Vec yes, Vec no) { return vbslq_f32(m, yes, no); }
inline Vec last_bits_to_exponent(Vec x) {
  return vreinterpretq_f32_u32(vshlq_n_u32(vreinterpretq_u32_f32(x), 23));
}
#include "backend/cpu/simd/power.h"

// p · 2^r for whole r in [-126, 128], and 0 where `none`; 2^128 is infinity.
inline Vec scale_pow2(Vec p, Vec r, Mask none) {
  const int32x4_t exponent = vaddq_s32(vcvtq_s32_f32(r), vdupq_n_s32(127));
  const Vec scale = vreinterpretq_f32_s32(vshlq_n_s32(exponent, 23));
  const uint32x4_t bits = vreinterpretq_u32_f32(vmulq_f32(p, scale));
  return vreinterpretq_f32_u32(vbicq_u32(bits, none));
}
// What exponents must be raised to for scale_pow2.
inline Vec scalable(Vec low, Vec x) { return at_least(low, x); }

inline float sum(Vec v) {
  const Vec d = vpaddq_f32(v, v);
  return vgetq_lane_f32(vpaddq_f32(d, d), 0);
}

// out[i] = the sum of v[i], always in the same order.
inline void sum4(const Vec v[4], float* out) {
  vst1q_f32(out, vpaddq_f32(vpaddq_f32(v[0], v[1]), vpaddq_f32(v[2], v[3])));
}

inline Vec widen_f16(uint16x4_t bits) {
  return vcvt_f32_f16(vreinterpret_f16_u16(bits));
}
inline Vec widen_bf16(uint16x4_t bits) {
  return vreinterpretq_f32_u32(vshll_n_u16(bits, 16));
}
// Through bytes: weights need not be aligned to their elements.
inline uint16x4_t load16(const void* p) {
  return vreinterpret_u16_u8(vld1_u8(static_cast<const uint8_t*>(p)));
}
inline uint16x4_t partial16(const void* p, int64_t n) {
  uint16_t lanes[4] = {};
  __builtin_memcpy(lanes, p, static_cast<size_t>(n) * 2);
  return vld1_u16(lanes);
}
inline Vec load_f32(const void* p) {
  return vreinterpretq_f32_u8(vld1q_u8(static_cast<const uint8_t*>(p)));
}
inline Vec partial_f32(const void* p, int64_t n) {
  float lanes[4] = {};
  __builtin_memcpy(lanes, p, static_cast<size_t>(n) * 4);
  return vld1q_f32(lanes);
}

// v[i][j] -> v[j][i]
inline void transpose(Vec v[kLanes]) {
  const float32x4_t a = vtrn1q_f32(v[0], v[1]);
  const float32x4_t b = vtrn2q_f32(v[0], v[1]);
  const float32x4_t c = vtrn1q_f32(v[2], v[3]);
  const float32x4_t d = vtrn2q_f32(v[2], v[3]);
  v[0] = vcombine_f32(vget_low_f32(a), vget_low_f32(c));
  v[1] = vcombine_f32(vget_low_f32(b), vget_low_f32(d));
  v[2] = vcombine_f32(vget_high_f32(a), vget_high_f32(c));
  v[3] = vcombine_f32(vget_high_f32(b), vget_high_f32(d));
}
