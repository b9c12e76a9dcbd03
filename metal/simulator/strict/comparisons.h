// min, max, clamp and select (sections 6.2 to 6.4), one overload for each type,
// so that a call with mixed types is ambiguous.
#pragma once

#include "elementary.h"

namespace metal {
#define MTL_COMPARISONS(T) \
  T min(T, T);             \
  T max(T, T);             \
  T min3(T, T, T);         \
  T max3(T, T, T);         \
  T median3(T, T, T);      \
  T clamp(T, T, T);
MTL_FLOATS(MTL_COMPARISONS)
MTL_INTEGERS(MTL_COMPARISONS)
#undef MTL_COMPARISONS

// A number beside a vector stands for a vector of that number.
#define MTL_WITH_NUMBER(T, N) \
  T##N min(T##N, T);          \
  T##N max(T##N, T);          \
  T##N clamp(T##N, T, T);
#define MTL_WITH_NUMBERS(T) \
  MTL_WITH_NUMBER(T, 2) MTL_WITH_NUMBER(T, 3) MTL_WITH_NUMBER(T, 4)
MTL_WITH_NUMBERS(float)
MTL_WITH_NUMBERS(half)
#undef MTL_WITH_NUMBERS
#undef MTL_WITH_NUMBER

// `C` is what the comparison of two such vectors gives.
#define MTL_SELECT(T, C)         \
  T select(T, T, bool);          \
  T##2 select(T##2, T##2, C##2); \
  T##3 select(T##3, T##3, C##3); \
  T##4 select(T##4, T##4, C##4);
MTL_SELECT(char, char)
MTL_SELECT(uchar, char)
MTL_SELECT(short, short)
MTL_SELECT(ushort, short)
MTL_SELECT(int, int)
MTL_SELECT(uint, int)
MTL_SELECT(long, long)
MTL_SELECT(ulong, long)
MTL_SELECT(float, int)
MTL_SELECT(half, short)
#undef MTL_SELECT

#define MTL_ALL_AND_ANY(C) \
  bool all(C##2);          \
  bool all(C##3);          \
  bool all(C##4);          \
  bool any(C##2);          \
  bool any(C##3);          \
  bool any(C##4);
MTL_ALL_AND_ANY(int)
MTL_ALL_AND_ANY(short)
MTL_ALL_AND_ANY(char)
#undef MTL_ALL_AND_ANY
}  // namespace metal
