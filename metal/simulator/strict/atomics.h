// Atomics (section 6.13): 32-bit integers, in the relaxed order.
#pragma once

#include "types.h"

// OpenCL has types of these names, outside of metal.
#define atomic_int mtl_atomic_int
#define atomic_uint mtl_atomic_uint

namespace metal {
enum memory_order { memory_order_relaxed };

template <class T>
struct atomic;
template <>
struct atomic<int> {
  int value;
};
template <>
struct atomic<uint> {
  uint value;
};
typedef atomic<int> atomic_int;
typedef atomic<uint> atomic_uint;

#define MTL_ATOMIC(space, T, name) \
  T name##_explicit(volatile space atomic<T>*, T, memory_order);
#define MTL_ATOMICS(space, T)                                             \
  MTL_ATOMIC(space, T, atomic_fetch_add)                                  \
  MTL_ATOMIC(space, T, atomic_fetch_sub)                                  \
  MTL_ATOMIC(space, T, atomic_fetch_and)                                  \
  MTL_ATOMIC(space, T, atomic_fetch_or)                                   \
  MTL_ATOMIC(space, T, atomic_fetch_xor)                                  \
  MTL_ATOMIC(space, T, atomic_fetch_min)                                  \
  MTL_ATOMIC(space, T, atomic_fetch_max)                                  \
  MTL_ATOMIC(space, T, atomic_exchange)                                   \
  void atomic_store_explicit(volatile space atomic<T>*, T, memory_order); \
  T atomic_load_explicit(const volatile space atomic<T>*, memory_order);  \
  bool atomic_compare_exchange_weak_explicit(                             \
      volatile space atomic<T>*, thread T*, T, memory_order, memory_order);
MTL_ATOMICS(device, int)
MTL_ATOMICS(device, uint)
MTL_ATOMICS(threadgroup, int)
MTL_ATOMICS(threadgroup, uint)
#undef MTL_ATOMICS
#undef MTL_ATOMIC
}  // namespace metal
