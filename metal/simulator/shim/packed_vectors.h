// Vectors with the alignment of one element, to load from and store to memory.
// As in Metal they have no arithmetic: they become ordinary vectors first.
#pragma once

#include "vectors.h"

template <class T, int N>
struct mtl_packed {
  T values[N];
  mtl_packed() = default;
  MTL_INLINE mtl_packed(const mtl_vec<T, N>& from) {
    for (int i = 0; i < N; ++i) values[i] = from[i];
  }
  MTL_INLINE operator mtl_vec<T, N>() const {
    mtl_vec<T, N> result;
    for (int i = 0; i < N; ++i) result[i] = values[i];
    return result;
  }
  template <class S, std::enable_if_t<!std::is_same_v<S, T>, int> = 0>
  MTL_INLINE explicit operator mtl_vec<S, N>() const {
    return mtl_vec<S, N>(mtl_vec<T, N>(*this));
  }
  MTL_INLINE T& operator[](long i) { return values[i]; }
  MTL_INLINE const T& operator[](long i) const { return values[i]; }
};

#define MTL_PACKED_NAMES(T, name)            \
  typedef mtl_packed<T, 2> packed_##name##2; \
  typedef mtl_packed<T, 3> packed_##name##3; \
  typedef mtl_packed<T, 4> packed_##name##4;
MTL_PACKED_NAMES(float, float)
MTL_PACKED_NAMES(half, half)
MTL_PACKED_NAMES(char, char)
MTL_PACKED_NAMES(uchar, uchar)
MTL_PACKED_NAMES(short, short)
MTL_PACKED_NAMES(ushort, ushort)
MTL_PACKED_NAMES(int, int)
MTL_PACKED_NAMES(uint, uint)
#undef MTL_PACKED_NAMES
