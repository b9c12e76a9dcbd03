// min, max, clamp, select and abs. One overload for each type, no template
// over two: a call with mixed types is ambiguous, as it is in Metal.
#pragma once

#include "vector_operators.h"

#define MTL_COMPARISONS(T)                                                 \
  MTL_INLINE constexpr T min(T a, T b) { return b < a ? b : a; }           \
  MTL_INLINE constexpr T max(T a, T b) { return a < b ? b : a; }           \
  MTL_INLINE constexpr T min3(T a, T b, T c) { return min(a, min(b, c)); } \
  MTL_INLINE constexpr T max3(T a, T b, T c) { return max(a, max(b, c)); } \
  MTL_INLINE constexpr T clamp(T x, T low, T high) {                       \
    return x < low ? low : high < x ? high : x;                            \
  }                                                                        \
  MTL_INLINE constexpr T select(T a, T b, bool second) {                   \
    return second ? b : a;                                                 \
  }

namespace metal {
MTL_COMPARISONS(char)
MTL_COMPARISONS(uchar)
MTL_COMPARISONS(short)
MTL_COMPARISONS(ushort)
MTL_COMPARISONS(int)
MTL_COMPARISONS(uint)
MTL_COMPARISONS(long)
MTL_COMPARISONS(ulong)
MTL_COMPARISONS(float)
MTL_COMPARISONS(half)

// A template, so that it does not collide with the host's abs(int).
template <class T, std::enable_if_t<std::is_integral_v<T>, int> = 0>
MTL_INLINE constexpr T abs(T x) {
  return x < 0 ? static_cast<T>(-x) : x;
}
MTL_INLINE float abs(float x) { return ::fabsf(x); }
MTL_INLINE half abs(half x) { return x < 0 ? -x : x; }

template <class T, int N>
MTL_INLINE mtl_vec<T, N> abs(const mtl_vec<T, N>& a) {
  return mtl_map(a, [](T x) { return abs(x); });
}

#define MTL_VECTOR_COMPARISON(name)                            \
  template <class T, int N>                                    \
  MTL_INLINE mtl_vec<T, N> name(const mtl_vec<T, N>& a,        \
                                const mtl_vec<T, N>& b) {      \
    return mtl_map(a, b, [](T x, T y) { return name(x, y); }); \
  }                                                            \
  template <class T, int N, class S,                           \
            std::enable_if_t<mtl_is_scalar<S>, int> = 0>       \
  MTL_INLINE mtl_vec<T, N> name(const mtl_vec<T, N>& a, S b) { \
    return name(a, mtl_vec<T, N>(b));                          \
  }
MTL_VECTOR_COMPARISON(min)
MTL_VECTOR_COMPARISON(max)
#undef MTL_VECTOR_COMPARISON

template <class T, int N, class Low, class High>
MTL_INLINE mtl_vec<T, N> clamp(const mtl_vec<T, N>& x, Low low, High high) {
  return min(max(x, mtl_vec<T, N>(low)), mtl_vec<T, N>(high));
}
template <class T, int N>
MTL_INLINE mtl_vec<T, N> select(const mtl_vec<T, N>& a, const mtl_vec<T, N>& b,
                                const mtl_vec<bool, N>& second) {
  mtl_vec<T, N> result;
  for (int i = 0; i < N; ++i) result[i] = second[i] ? b[i] : a[i];
  return result;
}
}  // namespace metal
#undef MTL_COMPARISONS
