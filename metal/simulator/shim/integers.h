// Functions of bits.
#pragma once

#include "vector_operators.h"

namespace metal {
MTL_INLINE uint popcount(uint x) {
  return static_cast<uint>(__builtin_popcount(x));
}
MTL_INLINE uint clz(uint x) {
  return x != 0 ? static_cast<uint>(__builtin_clz(x)) : 32;
}
MTL_INLINE uint ctz(uint x) {
  return x != 0 ? static_cast<uint>(__builtin_ctz(x)) : 32;
}
MTL_INLINE ulong popcount(ulong x) {
  return static_cast<ulong>(__builtin_popcountl(x));
}
MTL_INLINE ulong clz(ulong x) {
  return x != 0 ? static_cast<ulong>(__builtin_clzl(x)) : 64;
}
MTL_INLINE ulong ctz(ulong x) {
  return x != 0 ? static_cast<ulong>(__builtin_ctzl(x)) : 64;
}
MTL_INLINE uint reverse_bits(uint x) { return __builtin_bitreverse32(x); }
MTL_INLINE uint rotate(uint x, uint bits) {
  return __builtin_rotateleft32(x, bits);
}
MTL_INLINE uint mulhi(uint a, uint b) {
  return static_cast<uint>((static_cast<ulong>(a) * b) >> 32);
}
MTL_INLINE uint extract_bits(uint x, uint offset, uint bits) {
  if (bits == 0) return 0;
  return (x >> offset) & (~0u >> (32 - bits));
}
}  // namespace metal
