// Functions of integers (section 6.4).
#pragma once

#include "elementary.h"

namespace metal {
MTL_INTEGERS(MTL_ONE, clz)
MTL_INTEGERS(MTL_ONE, ctz)
MTL_INTEGERS(MTL_ONE, popcount)
MTL_INTEGERS(MTL_ONE, reverse_bits)
MTL_INTEGERS(MTL_TWO, rotate)
MTL_INTEGERS(MTL_TWO, mulhi)
MTL_INTEGERS(MTL_TWO, addsat)
MTL_INTEGERS(MTL_TWO, subsat)
MTL_INTEGERS(MTL_THREE, madhi)
MTL_EACH(MTL_ONE, char, abs)
MTL_EACH(MTL_ONE, short, abs)
MTL_EACH(MTL_ONE, int, abs)
MTL_EACH(MTL_ONE, long, abs)

#define MTL_BITS(T)              \
  T extract_bits(T, uint, uint); \
  T insert_bits(T, T, uint, uint);
MTL_INTEGERS(MTL_BITS)
#undef MTL_BITS
}  // namespace metal
