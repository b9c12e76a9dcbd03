// Scalars, vectors and limits (Metal 2.4 specification, sections 2.1 to 2.3).
#pragma once

typedef unsigned char uchar;
typedef unsigned short ushort;
typedef unsigned int uint;
typedef unsigned long ulong;
typedef signed char int8_t;
typedef uchar uint8_t;
typedef short int16_t;
typedef ushort uint16_t;
typedef int int32_t;
typedef uint uint32_t;
typedef long int64_t;
typedef ulong uint64_t;
typedef ulong size_t;
typedef long ptrdiff_t;

// Names a type and its vectors to a macro.
#define MTL_EACH(M, T, ...) \
  M(T, ##__VA_ARGS__)       \
  M(T##2, ##__VA_ARGS__) M(T##3, ##__VA_ARGS__) M(T##4, ##__VA_ARGS__)
#define MTL_FLOATS(M, ...) \
  MTL_EACH(M, float, ##__VA_ARGS__) MTL_EACH(M, half, ##__VA_ARGS__)
#define MTL_INTEGERS32(M, ...)       \
  MTL_EACH(M, char, ##__VA_ARGS__)   \
  MTL_EACH(M, uchar, ##__VA_ARGS__)  \
  MTL_EACH(M, short, ##__VA_ARGS__)  \
  MTL_EACH(M, ushort, ##__VA_ARGS__) \
  MTL_EACH(M, int, ##__VA_ARGS__) MTL_EACH(M, uint, ##__VA_ARGS__)
#define MTL_INTEGERS(M, ...)       \
  MTL_INTEGERS32(M, ##__VA_ARGS__) \
  MTL_EACH(M, long, ##__VA_ARGS__) MTL_EACH(M, ulong, ##__VA_ARGS__)

#define MTL_VECTORS(T)                                \
  typedef T T##2 __attribute__((ext_vector_type(2))); \
  typedef T T##3 __attribute__((ext_vector_type(3))); \
  typedef T T##4 __attribute__((ext_vector_type(4)));
MTL_VECTORS(char)
MTL_VECTORS(uchar)
MTL_VECTORS(short)
MTL_VECTORS(ushort)
MTL_VECTORS(int)
MTL_VECTORS(uint)
MTL_VECTORS(long)
MTL_VECTORS(ulong)
MTL_VECTORS(float)
MTL_VECTORS(half)
#undef MTL_VECTORS
// What a comparison of vectors of 32 bits gives in OpenCL.
typedef int2 bool2;
typedef int3 bool3;
typedef int4 bool4;

#define INFINITY __builtin_inff()
#define NAN __builtin_nanf("")
#define HUGE_VALF __builtin_inff()
#define M_PI_F 3.14159265358979323846f
#define M_E_F 2.71828182845904523536f
#define M_LOG2E_F 1.44269504088896340736f
#define M_LN2_F 0.69314718055994530942f
#define M_SQRT2_F 1.41421356237309504880f
#define FLT_MAX __FLT_MAX__
#define FLT_MIN __FLT_MIN__
#define FLT_EPSILON __FLT_EPSILON__
#define MAXFLOAT __FLT_MAX__
#define HALF_MAX 65504.0h
#define MAXHALF HALF_MAX
#define INT_MAX __INT_MAX__
#define INT_MIN (-__INT_MAX__ - 1)
#define UINT_MAX (__INT_MAX__ * 2U + 1U)

namespace metal {
template <class T, int N>
using vec = T __attribute__((ext_vector_type(N)));

template <class T, T V>
struct integral_constant {
  static constexpr constant T value = V;
};
template <bool B>
using bool_constant = integral_constant<bool, B>;
typedef bool_constant<true> true_type;
typedef bool_constant<false> false_type;

template <class A, class B>
struct is_same {
  static constexpr constant bool value = false;
};
template <class A>
struct is_same<A, A> {
  static constexpr constant bool value = true;
};
template <class A, class B>
constexpr constant bool is_same_v = is_same<A, B>::value;

template <bool B, class T = void>
struct enable_if {};
template <class T>
struct enable_if<true, T> {
  typedef T type;
};
template <bool B, class T = void>
using enable_if_t = typename enable_if<B, T>::type;

template <bool B, class Yes, class No>
struct conditional {
  typedef Yes type;
};
template <class Yes, class No>
struct conditional<false, Yes, No> {
  typedef No type;
};
template <bool B, class Yes, class No>
using conditional_t = typename conditional<B, Yes, No>::type;

template <class T>
struct numeric_limits {
  static constexpr T max() { return T(); }
  static constexpr T min() { return T(); }
  static constexpr T lowest() { return T(); }
  static constexpr T infinity() { return T(); }
  static constexpr T quiet_NaN() { return T(); }
  static constexpr T epsilon() { return T(); }
};

template <class T, size_t N>
struct array {
  T values[N];
  T& operator[](size_t i) { return values[i]; }
  const T& operator[](size_t i) const { return values[i]; }
  static constexpr size_t size() { return N; }
};
}  // namespace metal

template <class To, class From>
metal::enable_if_t<sizeof(To) == sizeof(From), To> as_type(From);

template <class T>
bool is_function_constant_defined(const __global T&);
