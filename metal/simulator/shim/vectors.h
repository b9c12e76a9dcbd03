// Vectors of two, three and four, with the swizzles that kernels use.
#pragma once

#include "basics.h"

template <class T, int N>
struct mtl_vec;
template <class T>
struct mtl_is_vec : std::false_type {};
template <class T, int N>
struct mtl_is_vec<mtl_vec<T, N>> : std::true_type {};

// A swizzle is a property: reading and writing call functions.
#define MTL_SWIZZLE2(a, b, i, j)                                               \
  __declspec(property(get = get_##a##b, put = put_##a##b)) mtl_vec<T, 2> a##b; \
  MTL_INLINE constexpr mtl_vec<T, 2> get_##a##b() const {                      \
    return mtl_vec<T, 2>(values[i], values[j]);                                \
  }                                                                            \
  MTL_INLINE void put_##a##b(mtl_vec<T, 2> from) {                             \
    values[i] = from[0];                                                       \
    values[j] = from[1];                                                       \
  }
#define MTL_SWIZZLE3(a, b, c, i, j, k)                                         \
  __declspec(property(get = get_##a##b##c, put = put_##a##b##c)) mtl_vec<T, 3> \
      a##b##c;                                                                 \
  MTL_INLINE constexpr mtl_vec<T, 3> get_##a##b##c() const {                   \
    return mtl_vec<T, 3>(values[i], values[j], values[k]);                     \
  }                                                                            \
  MTL_INLINE void put_##a##b##c(mtl_vec<T, 3> from) {                          \
    values[i] = from[0];                                                       \
    values[j] = from[1];                                                       \
    values[k] = from[2];                                                       \
  }
#define MTL_SWIZZLE4(a, b, c, d, i, j, k, l)                             \
  __declspec(property(get = get_##a##b##c##d)) mtl_vec<T, 4> a##b##c##d; \
  MTL_INLINE constexpr mtl_vec<T, 4> get_##a##b##c##d() const {          \
    return mtl_vec<T, 4>(values[i], values[j], values[k], values[l]);    \
  }

#if MTL_CHECKED
// Unlike the implicit one it is called, and so the address is checked.
#define MTL_VECTOR_ASSIGNMENT                                    \
  constexpr mtl_vec(const mtl_vec&) = default;                   \
  MTL_INLINE constexpr mtl_vec& operator=(const mtl_vec& from) { \
    __builtin_memcpy(values, from.values, sizeof values);        \
    return *this;                                                \
  }
#else
#define MTL_VECTOR_ASSIGNMENT
#endif

#define MTL_VECTOR_COMMON(N)                                           \
  constexpr mtl_vec() = default;                                       \
  template <class S, std::enable_if_t<mtl_is_scalar<S>, int> = 0>      \
  MTL_INLINE constexpr mtl_vec(S value) : values{} {                   \
    for (int i = 0; i < N; ++i) values[i] = static_cast<T>(value);     \
  }                                                                    \
  template <class S, std::enable_if_t<!std::is_same_v<S, T>, int> = 0> \
  MTL_INLINE constexpr explicit mtl_vec(const mtl_vec<S, N>& from)     \
      : values{} {                                                     \
    for (int i = 0; i < N; ++i) values[i] = static_cast<T>(from[i]);   \
  }                                                                    \
  MTL_INLINE constexpr T& operator[](long i) { return values[i]; }     \
  MTL_INLINE constexpr const T& operator[](long i) const { return values[i]; }

template <class T>
struct alignas(2 * sizeof(T)) mtl_vec<T, 2> {
  union {
    T values[2];
    struct {
      T x, y;
    };
    struct {
      T r, g;
    };
  };
  constexpr mtl_vec(T a, T b) : values{a, b} {}
  MTL_VECTOR_ASSIGNMENT
  MTL_VECTOR_COMMON(2)
  MTL_SWIZZLE2(x, y, 0, 1)
  MTL_SWIZZLE2(y, x, 1, 0)
  MTL_SWIZZLE2(x, x, 0, 0)
  MTL_SWIZZLE2(y, y, 1, 1)
};

template <class T>
struct alignas(4 * sizeof(T)) mtl_vec<T, 3> {
  union {
    T values[4];  // as large as a vector of four
    struct {
      T x, y, z;
    };
    struct {
      T r, g, b;
    };
  };
  constexpr mtl_vec(T a, T b_, T c) : values{a, b_, c} {}
  constexpr mtl_vec(mtl_vec<T, 2> ab, T c) : values{ab[0], ab[1], c} {}
  constexpr mtl_vec(T a, mtl_vec<T, 2> bc) : values{a, bc[0], bc[1]} {}
  MTL_VECTOR_ASSIGNMENT
  MTL_VECTOR_COMMON(3)
  MTL_SWIZZLE2(x, y, 0, 1)
  MTL_SWIZZLE2(y, z, 1, 2)
  MTL_SWIZZLE2(x, z, 0, 2)
  MTL_SWIZZLE3(x, y, z, 0, 1, 2)
  MTL_SWIZZLE3(z, y, x, 2, 1, 0)
};

template <class T>
struct alignas(4 * sizeof(T)) mtl_vec<T, 4> {
  union {
    T values[4];
    struct {
      T x, y, z, w;
    };
    struct {
      T r, g, b, a;
    };
  };
  constexpr mtl_vec(T a_, T b_, T c, T d) : values{a_, b_, c, d} {}
  constexpr mtl_vec(mtl_vec<T, 2> ab, mtl_vec<T, 2> cd)
      : values{ab[0], ab[1], cd[0], cd[1]} {}
  constexpr mtl_vec(mtl_vec<T, 2> ab, T c, T d) : values{ab[0], ab[1], c, d} {}
  constexpr mtl_vec(mtl_vec<T, 3> abc, T d)
      : values{abc[0], abc[1], abc[2], d} {}
  constexpr mtl_vec(T a_, mtl_vec<T, 3> bcd)
      : values{a_, bcd[0], bcd[1], bcd[2]} {}
  MTL_VECTOR_ASSIGNMENT
  MTL_VECTOR_COMMON(4)
  MTL_SWIZZLE2(x, y, 0, 1)
  MTL_SWIZZLE2(z, w, 2, 3)
  MTL_SWIZZLE2(x, z, 0, 2)
  MTL_SWIZZLE2(y, w, 1, 3)
  MTL_SWIZZLE2(y, z, 1, 2)
  MTL_SWIZZLE3(x, y, z, 0, 1, 2)
  MTL_SWIZZLE3(y, z, w, 1, 2, 3)
  MTL_SWIZZLE4(x, y, z, w, 0, 1, 2, 3)
  MTL_SWIZZLE4(w, z, y, x, 3, 2, 1, 0)
};

#define MTL_VECTOR_NAMES(T, name) \
  typedef mtl_vec<T, 2> name##2;  \
  typedef mtl_vec<T, 3> name##3;  \
  typedef mtl_vec<T, 4> name##4;
MTL_VECTOR_NAMES(float, float)
MTL_VECTOR_NAMES(half, half)
MTL_VECTOR_NAMES(bool, bool)
MTL_VECTOR_NAMES(char, char)
MTL_VECTOR_NAMES(uchar, uchar)
MTL_VECTOR_NAMES(short, short)
MTL_VECTOR_NAMES(ushort, ushort)
MTL_VECTOR_NAMES(int, int)
MTL_VECTOR_NAMES(uint, uint)
MTL_VECTOR_NAMES(long, long)
MTL_VECTOR_NAMES(ulong, ulong)
#undef MTL_VECTOR_NAMES

namespace metal {
template <class T, int N>
using vec = mtl_vec<T, N>;
}  // namespace metal
