// Element-wise operators of vectors, with a scalar on either side.
#pragma once

#include "vectors.h"

#define MTL_BINARY(op)                                                     \
  template <class T, int N>                                                \
  MTL_INLINE constexpr mtl_vec<T, N> operator op(const mtl_vec<T, N>& a,   \
                                                 const mtl_vec<T, N>& b) { \
    mtl_vec<T, N> result;                                                  \
    for (int i = 0; i < N; ++i) result[i] = static_cast<T>(a[i] op b[i]);  \
    return result;                                                         \
  }                                                                        \
  template <class T, int N, class S,                                       \
            std::enable_if_t<mtl_is_scalar<S>, int> = 0>                   \
  MTL_INLINE constexpr mtl_vec<T, N> operator op(const mtl_vec<T, N>& a,   \
                                                 S b) {                    \
    return a op mtl_vec<T, N>(b);                                          \
  }                                                                        \
  template <class T, int N, class S,                                       \
            std::enable_if_t<mtl_is_scalar<S>, int> = 0>                   \
  MTL_INLINE constexpr mtl_vec<T, N> operator op(S a,                      \
                                                 const mtl_vec<T, N>& b) { \
    return mtl_vec<T, N>(a) op b;                                          \
  }                                                                        \
  template <class T, int N, class S>                                       \
  MTL_INLINE constexpr mtl_vec<T, N>& operator op## =                      \
      (mtl_vec<T, N> & a, const S& b) {                                    \
    a = a op b;                                                            \
    return a;                                                              \
  }
MTL_BINARY(+)
MTL_BINARY(-)
MTL_BINARY(*)
MTL_BINARY(/)
MTL_BINARY(%)
MTL_BINARY(&)
MTL_BINARY(|)
MTL_BINARY(^)
MTL_BINARY(<<)
MTL_BINARY(>>)
#undef MTL_BINARY

#define MTL_COMPARISON(op)                                                    \
  template <class T, int N>                                                   \
  MTL_INLINE constexpr mtl_vec<bool, N> operator op(const mtl_vec<T, N>& a,   \
                                                    const mtl_vec<T, N>& b) { \
    mtl_vec<bool, N> result;                                                  \
    for (int i = 0; i < N; ++i) result[i] = a[i] op b[i];                     \
    return result;                                                            \
  }                                                                           \
  template <class T, int N, class S,                                          \
            std::enable_if_t<mtl_is_scalar<S>, int> = 0>                      \
  MTL_INLINE constexpr mtl_vec<bool, N> operator op(const mtl_vec<T, N>& a,   \
                                                    S b) {                    \
    return a op mtl_vec<T, N>(b);                                             \
  }
MTL_COMPARISON(==)
MTL_COMPARISON(!=)
MTL_COMPARISON(<)
MTL_COMPARISON(>)
MTL_COMPARISON(<=)
MTL_COMPARISON(>=)
#undef MTL_COMPARISON

#define MTL_UNARY(op, Result)                                             \
  template <class T, int N>                                               \
  MTL_INLINE constexpr mtl_vec<Result, N> operator op(                    \
      const mtl_vec<T, N>& a) {                                           \
    mtl_vec<Result, N> result;                                            \
    for (int i = 0; i < N; ++i) result[i] = static_cast<Result>(op a[i]); \
    return result;                                                        \
  }
MTL_UNARY(-, T)
MTL_UNARY(~, T)
MTL_UNARY(!, bool)
#undef MTL_UNARY

// Applies a function of scalars to every element.
template <class T, int N, class F>
MTL_INLINE mtl_vec<T, N> mtl_map(const mtl_vec<T, N>& a, F function) {
  mtl_vec<T, N> result;
  for (int i = 0; i < N; ++i) result[i] = function(a[i]);
  return result;
}
template <class T, int N, class F>
MTL_INLINE mtl_vec<T, N> mtl_map(const mtl_vec<T, N>& a, const mtl_vec<T, N>& b,
                                 F function) {
  mtl_vec<T, N> result;
  for (int i = 0; i < N; ++i) result[i] = function(a[i], b[i]);
  return result;
}

namespace metal {
template <class T, int N>
MTL_INLINE T dot(const mtl_vec<T, N>& a, const mtl_vec<T, N>& b) {
  T sum = a[0] * b[0];
  for (int i = 1; i < N; ++i) sum += a[i] * b[i];
  return sum;
}
template <int N>
MTL_INLINE bool any(const mtl_vec<bool, N>& a) {
  for (int i = 0; i < N; ++i) {
    if (a[i]) return true;
  }
  return false;
}
template <int N>
MTL_INLINE bool all(const mtl_vec<bool, N>& a) {
  return !any(!a);
}
}  // namespace metal
