// Whole-number products with NEON, with or without its dot product. Included
// inside the namespace of the ISA.

using Ints = int32x4_t;
using Floats = float32x4_t;
constexpr int kVectors = 4;
constexpr int kRows = 4, kFineRows = 2;
constexpr int kPanels = 1, kPanelRows = kRows;
constexpr int kOffset8 = 0;
constexpr int64_t kStep = kQuantPanel * kQuantQuad;
template <bool Four>
constexpr int64_t kAhead = 4096;
template <bool Four>
constexpr int kAheadLevel = 0;

inline Floats no_floats() { return vdupq_n_f32(0); }
inline void store_floats(float* to, int v, Floats x) {
  vst1q_f32(to + v * 4, x);
}
inline int8x16_t quad(const int8_t* p) {
  int32_t value;
  __builtin_memcpy(&value, p, 4);
  return vreinterpretq_s8_s32(vdupq_n_s32(value));
}
inline Floats scales_of(const uint8_t* scales, int v) {
  return vcvt_f32_f16(vreinterpret_f16_u8(vld1_u8(scales + v * 8)));
}
inline Floats fused(Ints dots, Floats d, float x_scale, Floats acc) {
  const Floats dot = vcvtq_f32_s32(dots);
  return vfmaq_f32(acc, dot, vmulq_f32(vdupq_n_f32(x_scale), d));
}

inline Ints of_bytes(Ints high, Ints low, int32_t) {
  return vaddq_s32(vshlq_n_s32(high, 4), low);
}

// acc[i] += the four products of lanes 4 i …
inline Ints dot_quads(Ints acc, int8x16_t w, int8x16_t x) {
#if defined(__ARM_FEATURE_DOTPROD)
  return vdotq_s32(acc, w, x);
#else
  const int16x8_t low = vmull_s8(vget_low_s8(w), vget_low_s8(x));
  const int16x8_t high = vmull_high_s8(w, x);
  return vaddq_s32(acc, vpaddq_s32(vpaddlq_s16(low), vpaddlq_s16(high)));
#endif
}

template <int R, int P>
inline void dot_8(const uint8_t* q, int64_t, const int8_t* const x[R],
                  const int32_t*, Ints dots[R][kVectors]) {
  static_assert(P == 1);
  for (int r = 0; r < R; ++r) {
    for (int v = 0; v < kVectors; ++v) dots[r][v] = vdupq_n_s32(0);
  }
#pragma GCC unroll 8
  for (int i = 0; i < 8; ++i) {
    for (int r = 0; r < R; ++r) {
      const int8x16_t in = quad(x[r] + i * kQuantQuad);
      for (int v = 0; v < kVectors; ++v) {
        const int8x16_t w =
            vreinterpretq_s8_u8(vld1q_u8(q + i * kStep + v * 16));
        dots[r][v] = dot_quads(dots[r][v], w, in);
      }
    }
  }
}

template <int R, int P>
inline void dot_4(const uint8_t* q, int64_t, const int8_t* const x[R],
                  const int32_t* starts, Ints dots[R][kVectors]) {
  static_assert(P == 1);
  for (int r = 0; r < R; ++r) {
    for (int v = 0; v < kVectors; ++v) dots[r][v] = vdupq_n_s32(starts[r]);
  }
#pragma GCC unroll 4
  for (int i = 0; i < 4; ++i) {
    int8x16_t low[kVectors], high[kVectors];
    for (int v = 0; v < kVectors; ++v) {
      const uint8x16_t two = vld1q_u8(q + i * kStep + v * 16);
      low[v] = vreinterpretq_s8_u8(vandq_u8(two, vdupq_n_u8(15)));
      high[v] = vreinterpretq_s8_u8(vshrq_n_u8(two, 4));
    }
    for (int r = 0; r < R; ++r) {
      const int8x16_t near = quad(x[r] + i * kQuantQuad);
      const int8x16_t far = quad(x[r] + 16 + i * kQuantQuad);
      for (int v = 0; v < kVectors; ++v) {
        dots[r][v] = dot_quads(dots[r][v], low[v], near);
        dots[r][v] = dot_quads(dots[r][v], high[v], far);
      }
    }
  }
}

inline Floats rotate_lanes(Floats v) {
  constexpr uint32_t kMinus = 0x80000000u;
  const uint32x4_t two = {0, 0, kMinus, kMinus}, one = {0, kMinus, 0, kMinus};
  const auto negated = [](Floats x, uint32x4_t signs) {
    return vreinterpretq_f32_u32(veorq_u32(vreinterpretq_u32_f32(x), signs));
  };
  v = vaddq_f32(vextq_f32(v, v, 2), negated(v, two));
  v = vaddq_f32(vrev64q_f32(v), negated(v, one));
  return vmulq_n_f32(v, kRotatedInput);
}
inline void rotate(const float* x, float* to) {
  Floats v[8];
  for (int i = 0; i < 8; ++i) v[i] = vld1q_f32(x + i * 4);
#pragma GCC unroll 3
  for (int apart = 4; apart > 0; apart /= 2) {
    for (int i = 0; i < 8; ++i) {
      if ((i & apart) != 0) continue;
      const Floats a = v[i], b = v[i + apart];
      v[i] = vaddq_f32(a, b);
      v[i + apart] = vsubq_f32(a, b);
    }
  }
  for (int i = 0; i < 8; ++i) vst1q_f32(to + i * 4, rotate_lanes(v[i]));
}

inline uint32_t largest_bits(const float* x) {
  uint32x4_t most = vdupq_n_u32(0);
  for (int i = 0; i < 8; ++i) {
    const uint32x4_t bits = vreinterpretq_u32_f32(vld1q_f32(x + i * 4));
    most = vmaxq_u32(most, vandq_u32(bits, vdupq_n_u32(0x7fffffffu)));
  }
  return vmaxvq_u32(most);
}

inline int32x4_t rounded(const float* x, float inverse) {
  return vcvtnq_s32_f32(vmulq_n_f32(vld1q_f32(x), inverse));
}
inline void store_bytes(int32x4_t a, int32x4_t b, int8_t* to) {
  vst1_s8(to, vmovn_s16(vcombine_s16(vmovn_s32(a), vmovn_s32(b))));
}

// Returns the sum of the numbers.
inline int32_t round_block(const float* x, float inverse, int8_t* numbers) {
  int32x4_t sum = vdupq_n_s32(0);
  for (int i = 0; i < 32; i += 8) {
    const int32x4_t a = rounded(x + i, inverse),
                    b = rounded(x + i + 4, inverse);
    sum = vaddq_s32(sum, vaddq_s32(a, b));
    store_bytes(a, b, numbers + i);
  }
  return vaddvq_s32(sum);
}

// The same of numbers of 12 bits, 16 · high + low.
inline int32_t round_fine(const float* x, float inverse, int8_t* high,
                          int8_t* low) {
  int32x4_t sum = vdupq_n_s32(0);
  for (int i = 0; i < 32; i += 8) {
    const int32x4_t a = rounded(x + i, inverse),
                    b = rounded(x + i + 4, inverse);
    const int32x4_t a_high = vrshrq_n_s32(a, 4), b_high = vrshrq_n_s32(b, 4);
    sum = vaddq_s32(sum, vaddq_s32(a, b));
    store_bytes(a_high, b_high, high + i);
    store_bytes(vsubq_s32(a, vshlq_n_s32(a_high, 4)),
                vsubq_s32(b, vshlq_n_s32(b_high, 4)), low + i);
  }
  return vaddvq_s32(sum);
}
