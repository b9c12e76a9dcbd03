// SIMD-group functions: the lanes put their values into the slots of their
// SIMD-group and meet; the last one to come combines where that is needed.
#pragma once

#include "comparisons.h"

// What Metal allows: no bool, nothing of 64 bits but vectors.
template <class T>
constexpr bool mtl_simd_type =
    mtl_is_vec<T>::value ||
    (mtl_is_scalar<T> && !std::is_same_v<T, bool> && sizeof(T) < 8);

template <class T>
MTL_INLINE T* mtl_slots() {
  mtl_simdgroup& group = *mtl_here.simdgroup;
  return reinterpret_cast<T*>(group.slots[group.round & 1]);
}

// Shows a value to the other lanes and waits for theirs.
template <class T>
MTL_INLINE const T* mtl_show(T value) {
  static_assert(mtl_simd_type<T> && sizeof(T) <= 16,
                "a SIMD-group function does not take this type");
  T* slots = mtl_slots<T>();
  slots[mtl_here.lane] = value;
  mtl_rendezvous();
  return slots;
}

template <class T, class F>
MTL_UNSEEN void mtl_fold(T* slots, F combine) {
  const int count = __builtin_popcount(mtl_here.simdgroup->lanes);
  for (int half = 16; half > 0; half /= 2) {
    for (int i = 0; i < half; ++i) {
      if (i + half < count) slots[i] = combine(slots[i], slots[i + half]);
    }
  }
}

template <class T, class F>
MTL_UNSEEN void mtl_prefix(T* slots, T first, bool inclusive, F combine) {
  const int count = __builtin_popcount(mtl_here.simdgroup->lanes);
  T sum = first;
  for (int i = 0; i < count; ++i) {
    const T next = combine(sum, slots[i]);
    slots[i] = inclusive ? next : sum;
    sum = next;
  }
}

template <class T, class F>
MTL_INLINE T mtl_reduce(T value, F combine) {
  static_assert(mtl_simd_type<T> && sizeof(T) <= 16,
                "a SIMD-group function does not take this type");
  T* slots = mtl_slots<T>();
  slots[mtl_here.lane] = value;
  if (mtl_rendezvous()) mtl_fold(slots, combine);
  return slots[0];
}

template <class T, class F>
MTL_INLINE T mtl_scan(T value, T first, bool inclusive, F combine) {
  static_assert(mtl_simd_type<T> && sizeof(T) <= 16,
                "a SIMD-group function does not take this type");
  T* slots = mtl_slots<T>();
  const uint32_t lane = mtl_here.lane;
  slots[lane] = value;
  if (mtl_rendezvous()) mtl_prefix(slots, first, inclusive, combine);
  return slots[lane];
}

// Reading a lane that does not exist is undefined in Metal.
template <class T>
MTL_INLINE T mtl_pick(const T* slots, uint32_t from) {
  if (from < 32 && (mtl_here.simdgroup->lanes >> from & 1)) return slots[from];
  mtl_undefined("reads a lane that does not exist:", from);
  return slots[0];
}

namespace metal {
#define MTL_REDUCTION(name, expression)                                     \
  template <class T>                                                        \
  MTL_INLINE T name(T value) {                                              \
    return mtl_reduce(value,                                                \
                      [](T a, T b) { return static_cast<T>(expression); }); \
  }
MTL_REDUCTION(simd_sum, a + b)
MTL_REDUCTION(simd_product, a* b)
MTL_REDUCTION(simd_min, min(a, b))
MTL_REDUCTION(simd_max, max(a, b))
MTL_REDUCTION(simd_and, a& b)
MTL_REDUCTION(simd_or, a | b)
MTL_REDUCTION(simd_xor, a ^ b)
#undef MTL_REDUCTION

#define MTL_SCAN(name, first, inclusive, expression)                      \
  template <class T>                                                      \
  MTL_INLINE T name(T value) {                                            \
    return mtl_scan(value, T(first), inclusive,                           \
                    [](T a, T b) { return static_cast<T>(expression); }); \
  }
MTL_SCAN(simd_prefix_inclusive_sum, 0, true, a + b)
MTL_SCAN(simd_prefix_exclusive_sum, 0, false, a + b)
MTL_SCAN(simd_prefix_inclusive_product, 1, true, a* b)
MTL_SCAN(simd_prefix_exclusive_product, 1, false, a* b)
#undef MTL_SCAN

template <class T>
MTL_INLINE T simd_shuffle(T value, ushort lane) {
  return mtl_pick(mtl_show(value), lane);
}
template <class T>
MTL_INLINE T simd_broadcast(T value, ushort lane) {
  return mtl_pick(mtl_show(value), lane);
}
template <class T>
MTL_INLINE T simd_broadcast_first(T value) {
  return mtl_pick(mtl_show(value), 0);
}
template <class T>
MTL_INLINE T simd_shuffle_xor(T value, ushort mask) {
  return mtl_pick(mtl_show(value), mtl_here.lane ^ mask);
}
// The lanes that have no partner keep their value.
template <class T>
MTL_INLINE T simd_shuffle_up(T value, ushort delta) {
  const T* slots = mtl_show(value);
  const uint32_t lane = mtl_here.lane;
  return lane < delta ? value : mtl_pick(slots, lane - delta);
}
template <class T>
MTL_INLINE T simd_shuffle_down(T value, ushort delta) {
  const T* slots = mtl_show(value);
  const uint32_t from = mtl_here.lane + delta;
  return from > 31 ? value : mtl_pick(slots, from);
}
template <class T>
MTL_INLINE T simd_shuffle_rotate_up(T value, ushort delta) {
  return mtl_pick(mtl_show(value), (mtl_here.lane - delta) & 31);
}
template <class T>
MTL_INLINE T simd_shuffle_rotate_down(T value, ushort delta) {
  return mtl_pick(mtl_show(value), (mtl_here.lane + delta) & 31);
}

struct simd_vote {
  ulong lanes;
  explicit operator ulong() const { return lanes; }
  bool all() const { return lanes == mtl_here.simdgroup->lanes; }
  bool any() const { return lanes != 0; }
};
MTL_INLINE simd_vote simd_ballot(bool yes) {
  const uint32_t mine = yes ? 1u << mtl_here.lane : 0;
  return simd_vote{simd_or(mine)};
}
MTL_INLINE bool simd_all(bool yes) { return simd_ballot(yes).all(); }
MTL_INLINE bool simd_any(bool yes) { return simd_ballot(yes).any(); }
}  // namespace metal
