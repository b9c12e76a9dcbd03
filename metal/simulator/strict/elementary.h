// Functions of floating-point numbers (sections 6.2 and 6.5). Metal has no
// expm1, log1p, erf, lgamma, cbrt and hypot.
#pragma once

#include "types.h"

#define MTL_ONE(T, name) T name(T);
#define MTL_TWO(T, name) T name(T, T);
#define MTL_THREE(T, name) T name(T, T, T);

// The namespaces precise and fast are for single precision.
#define MTL_FORMS1(name)         \
  MTL_FLOATS(MTL_ONE, name)      \
  namespace precise {            \
  MTL_EACH(MTL_ONE, float, name) \
  }                              \
  namespace fast {               \
  MTL_EACH(MTL_ONE, float, name) \
  }
#define MTL_FORMS2(name)         \
  MTL_FLOATS(MTL_TWO, name)      \
  namespace precise {            \
  MTL_EACH(MTL_TWO, float, name) \
  }                              \
  namespace fast {               \
  MTL_EACH(MTL_TWO, float, name) \
  }

namespace metal {
MTL_FORMS1(acos)
MTL_FORMS1(acosh)
MTL_FORMS1(asin)
MTL_FORMS1(asinh)
MTL_FORMS1(atan)
MTL_FORMS1(atanh)
MTL_FORMS1(ceil)
MTL_FORMS1(cos)
MTL_FORMS1(cosh)
MTL_FORMS1(exp)
MTL_FORMS1(exp2)
MTL_FORMS1(exp10)
MTL_FORMS1(fabs)
MTL_FORMS1(floor)
MTL_FORMS1(fract)
MTL_FORMS1(log)
MTL_FORMS1(log2)
MTL_FORMS1(log10)
MTL_FORMS1(rint)
MTL_FORMS1(round)
MTL_FORMS1(rsqrt)
MTL_FORMS1(saturate)
MTL_FORMS1(sign)
MTL_FORMS1(sin)
MTL_FORMS1(sinh)
MTL_FORMS1(sqrt)
MTL_FORMS1(tan)
MTL_FORMS1(tanh)
MTL_FORMS1(trunc)
MTL_FORMS2(atan2)
MTL_FORMS2(copysign)
MTL_FORMS2(divide)
MTL_FORMS2(fmax)
MTL_FORMS2(fmin)
MTL_FORMS2(fmod)
MTL_FORMS2(pow)
MTL_FORMS2(powr)
MTL_FORMS2(step)
MTL_FLOATS(MTL_THREE, fma)
MTL_FLOATS(MTL_THREE, mix)
MTL_FLOATS(MTL_THREE, smoothstep)
MTL_FLOATS(MTL_ONE, abs)
MTL_FLOATS(MTL_ONE, normalize)

#define MTL_GEOMETRY(T, N)     \
  T dot(vec<T, N>, vec<T, N>); \
  T length(vec<T, N>);         \
  T length_squared(vec<T, N>); \
  T distance(vec<T, N>, vec<T, N>);
MTL_GEOMETRY(float, 2)
MTL_GEOMETRY(float, 3)
MTL_GEOMETRY(float, 4)
MTL_GEOMETRY(half, 2)
MTL_GEOMETRY(half, 3)
MTL_GEOMETRY(half, 4)
#undef MTL_GEOMETRY

#define MTL_TEST(T, N, name) \
  bool name(T);              \
  vec<N, 2> name(T##2);      \
  vec<N, 3> name(T##3);      \
  vec<N, 4> name(T##4);
#define MTL_TESTS(name) MTL_TEST(float, int, name) MTL_TEST(half, short, name)
MTL_TESTS(isfinite)
MTL_TESTS(isinf)
MTL_TESTS(isnan)
MTL_TESTS(isnormal)
MTL_TESTS(signbit)
#undef MTL_TESTS
#undef MTL_TEST

#define MTL_EXPONENT(T, N)  \
  T ldexp(T, int);          \
  T##N ldexp(T##N, int##N); \
  T frexp(T, thread int&);  \
  T modf(T, thread T&);     \
  T sincos(T, thread T&);
MTL_EXPONENT(float, 4)
MTL_EXPONENT(half, 4)
#undef MTL_EXPONENT
}  // namespace metal

#undef MTL_FORMS1
#undef MTL_FORMS2
