// Scalar types, limits and macros of the Metal Shading Language.
#pragma once

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <limits>
#include <type_traits>
#include <utility>

#include "interface.h"

#define __METAL__ 1
#undef __METAL_VERSION__
#define __METAL_VERSION__ 240

#define MTL_INLINE inline __attribute__((always_inline))
// The simulator's own code: no access of it is the kernel's.
#define MTL_UNSEEN                                            \
  __attribute__((noinline, disable_sanitizer_instrumentation, \
                 no_sanitize("undefined")))

#if __has_feature(thread_sanitizer)
#define MTL_CHECKED 1
#else
#define MTL_CHECKED 0
#endif

typedef _Float16 half;
typedef unsigned char uchar;
typedef unsigned short ushort;
typedef unsigned int uint;
typedef unsigned long ulong;

constexpr half operator""h(long double value) {
  return static_cast<half>(value);
}

template <class T>
constexpr bool mtl_is_scalar =
    std::is_arithmetic_v<T> || std::is_same_v<T, half>;

// The same bits as another type of the same size.
template <class To, class From>
MTL_INLINE To as_type(const From& from) {
  static_assert(sizeof(To) == sizeof(From), "as_type: the sizes differ");
  To to;
  memcpy(&to, &from, sizeof to);
  return to;
}

#undef INFINITY
#undef NAN
#undef MAXFLOAT
#define INFINITY __builtin_inff()
#define NAN __builtin_nanf("")
#define M_PI_F 3.14159265358979323846f
#define M_E_F 2.71828182845904523536f
#define M_LOG2E_F 1.44269504088896340736f
#define M_LN2_F 0.69314718055994530942f
#define M_SQRT2_F 1.41421356237309504880f
#define FLT_MAX __FLT_MAX__
#define FLT_MIN __FLT_MIN__
#define FLT_EPSILON __FLT_EPSILON__
#define MAXFLOAT __FLT_MAX__
#define HALF_MAX static_cast<half>(65504.0f)
#define MAXHALF HALF_MAX
#define INT_MAX __INT_MAX__
#define INT_MIN (-__INT_MAX__ - 1)
#define UINT_MAX (__INT_MAX__ * 2U + 1U)

namespace metal {
using std::bool_constant;
using std::conditional;
using std::conditional_t;
using std::enable_if;
using std::enable_if_t;
using std::false_type;
using std::integral_constant;
using std::is_floating_point;
using std::is_integral;
using std::is_same;
using std::is_same_v;
using std::is_signed;
using std::is_unsigned;
using std::true_type;

template <class T>
struct numeric_limits : std::numeric_limits<T> {};
template <>
struct numeric_limits<half> {
  static constexpr half max() { return HALF_MAX; }
  static constexpr half lowest() { return -HALF_MAX; }
  static constexpr half infinity() { return static_cast<half>(INFINITY); }
  static constexpr half epsilon() { return static_cast<half>(0x1p-10f); }
};

// A fixed number of values in private memory.
template <class T, std::size_t N>
struct array {
  T values[N];
  MTL_INLINE T& operator[](std::size_t i) { return values[i]; }
  MTL_INLINE const T& operator[](std::size_t i) const { return values[i]; }
  static constexpr std::size_t size() { return N; }
};
}  // namespace metal
