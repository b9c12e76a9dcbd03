// Elementary functions: of float, of half (through float, rounded once), of
// vectors. Metal has no expm1, log1p, erf, lgamma, cbrt and hypot.
#pragma once

#include "vector_operators.h"

#define MTL_FUNCTION1(name, expression)                                        \
  MTL_INLINE float name(float x) { return expression; }                        \
  MTL_INLINE half name(half h) {                                               \
    const float x = static_cast<float>(h);                                     \
    return static_cast<half>(expression);                                      \
  }                                                                            \
  template <class T, int N, std::enable_if_t<!std::is_integral_v<T>, int> = 0> \
  MTL_INLINE mtl_vec<T, N> name(const mtl_vec<T, N>& v) {                      \
    return mtl_map(v, [](T x) { return name(x); });                            \
  }
#define MTL_FUNCTION2(name, expression)                                        \
  MTL_INLINE float name(float x, float y) { return expression; }               \
  MTL_INLINE half name(half g, half h) {                                       \
    const float x = static_cast<float>(g), y = static_cast<float>(h);          \
    return static_cast<half>(expression);                                      \
  }                                                                            \
  template <class T, int N, std::enable_if_t<!std::is_integral_v<T>, int> = 0> \
  MTL_INLINE mtl_vec<T, N> name(const mtl_vec<T, N>& v,                        \
                                const mtl_vec<T, N>& w) {                      \
    return mtl_map(v, w, [](T x, T y) { return name(x, y); });                 \
  }

// What there is in three forms: plain, metal::precise and metal::fast.
#define MTL_FUNCTIONS                     \
  MTL_FUNCTION1(exp, ::expf(x))           \
  MTL_FUNCTION1(exp2, ::exp2f(x))         \
  MTL_FUNCTION1(exp10, ::powf(10.0f, x))  \
  MTL_FUNCTION1(log, ::logf(x))           \
  MTL_FUNCTION1(log2, ::log2f(x))         \
  MTL_FUNCTION1(log10, ::log10f(x))       \
  MTL_FUNCTION1(sin, ::sinf(x))           \
  MTL_FUNCTION1(cos, ::cosf(x))           \
  MTL_FUNCTION1(tan, ::tanf(x))           \
  MTL_FUNCTION1(sinh, ::sinhf(x))         \
  MTL_FUNCTION1(cosh, ::coshf(x))         \
  MTL_FUNCTION1(tanh, ::tanhf(x))         \
  MTL_FUNCTION1(asin, ::asinf(x))         \
  MTL_FUNCTION1(acos, ::acosf(x))         \
  MTL_FUNCTION1(atan, ::atanf(x))         \
  MTL_FUNCTION1(sqrt, ::sqrtf(x))         \
  MTL_FUNCTION1(rsqrt, 1.0f / ::sqrtf(x)) \
  MTL_FUNCTION1(fabs, ::fabsf(x))         \
  MTL_FUNCTION1(floor, ::floorf(x))       \
  MTL_FUNCTION1(ceil, ::ceilf(x))         \
  MTL_FUNCTION1(round, ::roundf(x))       \
  MTL_FUNCTION1(rint, ::rintf(x))         \
  MTL_FUNCTION1(trunc, ::truncf(x))       \
  MTL_FUNCTION1(fract, x - ::floorf(x))   \
  MTL_FUNCTION2(pow, ::powf(x, y))        \
  MTL_FUNCTION2(powr, ::powf(x, y))       \
  MTL_FUNCTION2(fmod, ::fmodf(x, y))      \
  MTL_FUNCTION2(atan2, ::atan2f(x, y))    \
  MTL_FUNCTION2(divide, x / y)            \
  MTL_FUNCTION2(fmin, ::fminf(x, y))      \
  MTL_FUNCTION2(fmax, ::fmaxf(x, y))

namespace metal {
MTL_FUNCTIONS
namespace precise {
MTL_FUNCTIONS
}  // namespace precise
namespace fast {
MTL_FUNCTIONS
}  // namespace fast

MTL_FUNCTION1(asinh, ::asinhf(x))
MTL_FUNCTION1(acosh, ::acoshf(x))
MTL_FUNCTION1(atanh, ::atanhf(x))
MTL_FUNCTION1(sign, x > 0 ? 1.0f : x < 0 ? -1.0f : x == 0 ? x : 0.0f)
MTL_FUNCTION1(saturate, x > 0 ? x < 1 ? x : 1.0f : 0.0f)
MTL_FUNCTION2(step, y < x ? 0.0f : 1.0f)
MTL_FUNCTION2(copysign, ::copysignf(x, y))

MTL_INLINE bool isnan(float x) { return x != x; }
MTL_INLINE bool isinf(float x) { return __builtin_isinf(x); }
MTL_INLINE bool isfinite(float x) { return __builtin_isfinite(x); }
MTL_INLINE float ldexp(float x, int exponent) { return ::ldexpf(x, exponent); }

MTL_INLINE float fma(float a, float b, float c) { return ::fmaf(a, b, c); }
MTL_INLINE half fma(half a, half b, half c) {
  return static_cast<half>(::fmaf(static_cast<float>(a), static_cast<float>(b),
                                  static_cast<float>(c)));
}
template <class T, int N>
MTL_INLINE mtl_vec<T, N> fma(const mtl_vec<T, N>& a, const mtl_vec<T, N>& b,
                             const mtl_vec<T, N>& c) {
  mtl_vec<T, N> result;
  for (int i = 0; i < N; ++i) result[i] = fma(a[i], b[i], c[i]);
  return result;
}

MTL_INLINE float mix(float a, float b, float t) { return a + (b - a) * t; }
MTL_INLINE half mix(half a, half b, half t) { return a + (b - a) * t; }
template <class T, int N>
MTL_INLINE T length(const mtl_vec<T, N>& a) {
  return sqrt(dot(a, a));
}
}  // namespace metal
#undef MTL_FUNCTIONS
