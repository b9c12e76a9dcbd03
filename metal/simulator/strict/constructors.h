// The pre-pass writes mtl_make<float4>(…) for float4(…), which clang does not
// know outside of Metal.
#pragma once

#include "types.h"

// Components: 1 of a scalar, 0 of what is neither scalar nor vector.
template <class T>
struct mtl_width {
  static constexpr constant int value = 0;
};
template <class T, int N>
struct mtl_width<T __attribute__((ext_vector_type(N)))> {
  static constexpr constant int value = N;
};
#define MTL_SCALAR(T)                        \
  template <>                                \
  struct mtl_width<T> {                      \
    static constexpr constant int value = 1; \
  };
MTL_SCALAR(bool)
MTL_SCALAR(char)
MTL_SCALAR(uchar)
MTL_SCALAR(short)
MTL_SCALAR(ushort)
MTL_SCALAR(int)
MTL_SCALAR(uint)
MTL_SCALAR(long)
MTL_SCALAR(ulong)
MTL_SCALAR(float)
MTL_SCALAR(half)
#undef MTL_SCALAR

template <class... A>
struct mtl_widths {
  static constexpr constant int value = 0;
  static constexpr constant bool numbers = true;
};
template <class A, class... More>
struct mtl_widths<A, More...> {
  static constexpr constant int value =
      mtl_width<A>::value + mtl_widths<More...>::value;
  static constexpr constant bool numbers =
      mtl_width<A>::value > 0 && mtl_widths<More...>::numbers;
};

// A vector of one number for all components, of a vector of another type, or
// of as many numbers as it has components.
template <class T, class... A>
struct mtl_is_vector_of {
  static constexpr constant int width = mtl_width<T>::value;
  static constexpr constant bool value =
      width > 1 && mtl_widths<A...>::numbers &&
      (mtl_widths<A...>::value == width || sizeof...(A) == 0 ||
       (mtl_widths<A...>::value == 1 && sizeof...(A) == 1));
};

template <class T, class... A>
constexpr metal::enable_if_t<mtl_is_vector_of<T, A...>::value, T> mtl_make(
    A...) {
  return T{};
}
template <class T, class... A>
constexpr metal::enable_if_t<mtl_width<T>::value <= 1, T> mtl_make(A... from) {
  return T(from...);
}

// A variable in threadgroup memory that a kernel declares.
template <class T>
threadgroup T& mtl_threadgroup();
