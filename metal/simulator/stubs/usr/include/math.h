#pragma once
#include <_darwin.h>
#define HUGE_VAL __builtin_huge_val()
#define HUGE_VALF __builtin_huge_valf()
#define HUGE_VALL __builtin_huge_vall()
#define INFINITY __builtin_inff()
#define NAN __builtin_nanf("")
#define FP_NAN 1
#define FP_INFINITE 2
#define FP_ZERO 3
#define FP_NORMAL 4
#define FP_SUBNORMAL 5
#define FP_ILOGB0 (-2147483647 - 1)
#define FP_ILOGBNAN (-2147483647 - 1)
#define MATH_ERRNO 1
#define MATH_ERREXCEPT 2
#define math_errhandling 2
#define M_PI 3.14159265358979323846
#define fpclassify(x) \
  __builtin_fpclassify(FP_NAN, FP_INFINITE, FP_NORMAL, FP_SUBNORMAL, FP_ZERO, x)
#define isfinite(x) __builtin_isfinite(x)
#define isinf(x) __builtin_isinf(x)
#define isnan(x) __builtin_isnan(x)
#define isnormal(x) __builtin_isnormal(x)
#define signbit(x) __builtin_signbit(x)
#define isgreater(x, y) __builtin_isgreater(x, y)
#define isgreaterequal(x, y) __builtin_isgreaterequal(x, y)
#define isless(x, y) __builtin_isless(x, y)
#define islessequal(x, y) __builtin_islessequal(x, y)
#define islessgreater(x, y) __builtin_islessgreater(x, y)
#define isunordered(x, y) __builtin_isunordered(x, y)

typedef float float_t;
typedef double double_t;

// Each function for double, float and long double.
#define DARWIN_ONE(name) \
  double name(double);   \
  float name##f(float);  \
  long double name##l(long double)
#define DARWIN_TO(type, name) \
  type name(double);          \
  type name##f(float);        \
  type name##l(long double)
#define DARWIN_TWO(name)       \
  double name(double, double); \
  float name##f(float, float); \
  long double name##l(long double, long double)

DARWIN_BEGIN
DARWIN_ONE(acos);
DARWIN_ONE(acosh);
DARWIN_ONE(asin);
DARWIN_ONE(asinh);
DARWIN_ONE(atan);
DARWIN_ONE(atanh);
DARWIN_ONE(cbrt);
DARWIN_ONE(ceil);
DARWIN_ONE(cos);
DARWIN_ONE(cosh);
DARWIN_ONE(erf);
DARWIN_ONE(erfc);
DARWIN_ONE(exp);
DARWIN_ONE(exp2);
DARWIN_ONE(expm1);
DARWIN_ONE(fabs);
DARWIN_ONE(floor);
DARWIN_ONE(lgamma);
DARWIN_ONE(log);
DARWIN_ONE(log10);
DARWIN_ONE(log1p);
DARWIN_ONE(log2);
DARWIN_ONE(logb);
DARWIN_ONE(nearbyint);
DARWIN_ONE(rint);
DARWIN_ONE(round);
DARWIN_ONE(sin);
DARWIN_ONE(sinh);
DARWIN_ONE(sqrt);
DARWIN_ONE(tan);
DARWIN_ONE(tanh);
DARWIN_ONE(tgamma);
DARWIN_ONE(trunc);
DARWIN_TWO(atan2);
DARWIN_TWO(copysign);
DARWIN_TWO(fdim);
DARWIN_TWO(fmax);
DARWIN_TWO(fmin);
DARWIN_TWO(fmod);
DARWIN_TWO(hypot);
DARWIN_TWO(nextafter);
DARWIN_TWO(pow);
DARWIN_TWO(remainder);
DARWIN_TO(int, ilogb);
DARWIN_TO(long, lrint);
DARWIN_TO(long, lround);
DARWIN_TO(long long, llrint);
DARWIN_TO(long long, llround);
double fma(double, double, double), frexp(double, int*), ldexp(double, int);
float fmaf(float, float, float), frexpf(float, int*), ldexpf(float, int);
long double fmal(long double, long double, long double);
long double frexpl(long double, int*), ldexpl(long double, int);
double modf(double, double*), nan(const char*), remquo(double, double, int*);
float modff(float, float*), nanf(const char*), remquof(float, float, int*);
long double modfl(long double, long double*), nanl(const char*);
long double remquol(long double, long double, int*);
double nexttoward(double, long double), scalbln(double, long);
float nexttowardf(float, long double), scalblnf(float, long);
long double nexttowardl(long double, long double), scalblnl(long double, long);
double scalbn(double, int);
float scalbnf(float, int);
long double scalbnl(long double, int);
DARWIN_END
