// Vectors with the alignment of one element (section 2.2.3). The shim gives
// them no arithmetic, so they have none here. Their methods take them in any
// space: the pass knows that those of the library may.
#pragma once

#include "constructors.h"

template <class T, int N>
struct mtl_packed {
  T values[N];
  mtl_packed() = default;
  mtl_packed(metal::vec<T, N>);
  operator metal::vec<T, N>() const;
  mtl_packed& operator=(const metal::vec<T, N>);
  T& operator[](size_t);
  const T& operator[](size_t) const;
};

template <class T, int N>
struct mtl_width<mtl_packed<T, N>> {
  static constexpr constant int value = N;
};

#define MTL_PACKED(T)                     \
  typedef mtl_packed<T, 2> packed_##T##2; \
  typedef mtl_packed<T, 3> packed_##T##3; \
  typedef mtl_packed<T, 4> packed_##T##4;
MTL_PACKED(char)
MTL_PACKED(uchar)
MTL_PACKED(short)
MTL_PACKED(ushort)
MTL_PACKED(int)
MTL_PACKED(uint)
MTL_PACKED(float)
MTL_PACKED(half)
#undef MTL_PACKED
