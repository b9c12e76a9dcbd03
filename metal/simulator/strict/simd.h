// SIMD-group functions (section 6.9.2): for every number and vector of at most
// 32 bits an element, and not for bool.
#pragma once

#include "elementary.h"

namespace metal {
#define MTL_PERMUTE(T)                 \
  T simd_broadcast(T, ushort);         \
  T simd_broadcast_first(T);           \
  T simd_shuffle(T, ushort);           \
  T simd_shuffle_xor(T, ushort);       \
  T simd_shuffle_up(T, ushort);        \
  T simd_shuffle_down(T, ushort);      \
  T simd_shuffle_rotate_up(T, ushort); \
  T simd_shuffle_rotate_down(T, ushort);
#define MTL_REDUCE(T)                 \
  T simd_sum(T);                      \
  T simd_product(T);                  \
  T simd_min(T);                      \
  T simd_max(T);                      \
  T simd_prefix_inclusive_sum(T);     \
  T simd_prefix_exclusive_sum(T);     \
  T simd_prefix_inclusive_product(T); \
  T simd_prefix_exclusive_product(T);
#define MTL_REDUCE_BITS(T) \
  T simd_and(T);           \
  T simd_or(T);            \
  T simd_xor(T);
// Else bool would become int.
#define MTL_NO_BOOL(name, ...) bool name(bool, ##__VA_ARGS__) = delete;
MTL_NO_BOOL(simd_broadcast, ushort)
MTL_NO_BOOL(simd_broadcast_first)
MTL_NO_BOOL(simd_shuffle, ushort)
MTL_NO_BOOL(simd_shuffle_xor, ushort)
MTL_NO_BOOL(simd_shuffle_up, ushort)
MTL_NO_BOOL(simd_shuffle_down, ushort)
MTL_NO_BOOL(simd_sum)
MTL_NO_BOOL(simd_product)
MTL_NO_BOOL(simd_min)
MTL_NO_BOOL(simd_max)
MTL_NO_BOOL(simd_prefix_inclusive_sum)
MTL_NO_BOOL(simd_prefix_exclusive_sum)
MTL_NO_BOOL(simd_and)
MTL_NO_BOOL(simd_or)
MTL_NO_BOOL(simd_xor)
#undef MTL_NO_BOOL
MTL_FLOATS(MTL_PERMUTE)
MTL_FLOATS(MTL_REDUCE)
MTL_INTEGERS32(MTL_PERMUTE)
MTL_INTEGERS32(MTL_REDUCE)
MTL_INTEGERS32(MTL_REDUCE_BITS)
#undef MTL_PERMUTE
#undef MTL_REDUCE
#undef MTL_REDUCE_BITS

struct simd_vote {
  explicit operator ulong() const;
  bool all() const;
  bool any() const;
};
simd_vote simd_ballot(bool);
bool simd_all(bool);
bool simd_any(bool);
bool simd_is_first();
}  // namespace metal
