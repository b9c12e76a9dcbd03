// Atomics: 32-bit integers, relaxed order, which is what Metal has everywhere.
#pragma once

#include "basics.h"

namespace metal {
enum memory_order { memory_order_relaxed };

template <class T>
struct atomic {
  static_assert(std::is_same_v<T, int> || std::is_same_v<T, uint>,
                "an atomic is of int or uint");
  T value;
};
typedef atomic<int> atomic_int;
typedef atomic<uint> atomic_uint;

// `volatile` as in Metal's signatures; the type cannot be named with it.
template <class T>
MTL_INLINE T* mtl_atomic(volatile atomic<T>* object, int kind, const void* pc) {
  T* value = const_cast<T*>(&object->value);
  if (MTL_CHECKED) mtl_touch(value, sizeof(T), kind | M_ATOMIC, 1, pc);
  return value;
}
template <class T>
struct mtl_same {
  typedef T type;
};

#define MTL_ATOMIC(name, builtin)                                          \
  template <class T>                                                       \
  MTL_UNSEEN T name##_explicit(volatile atomic<T>* object,                 \
                               typename mtl_same<T>::type operand,         \
                               memory_order) {                             \
    return builtin(                                                        \
        mtl_atomic(object, M_READ | M_WRITE, __builtin_return_address(0)), \
        operand, __ATOMIC_RELAXED);                                        \
  }
MTL_ATOMIC(atomic_fetch_add, __atomic_fetch_add)
MTL_ATOMIC(atomic_fetch_sub, __atomic_fetch_sub)
MTL_ATOMIC(atomic_fetch_and, __atomic_fetch_and)
MTL_ATOMIC(atomic_fetch_or, __atomic_fetch_or)
MTL_ATOMIC(atomic_fetch_xor, __atomic_fetch_xor)
MTL_ATOMIC(atomic_fetch_min, __atomic_fetch_min)
MTL_ATOMIC(atomic_fetch_max, __atomic_fetch_max)
MTL_ATOMIC(atomic_exchange, __atomic_exchange_n)
#undef MTL_ATOMIC

template <class T>
MTL_UNSEEN void atomic_store_explicit(volatile atomic<T>* object,
                                      typename mtl_same<T>::type value,
                                      memory_order) {
  __atomic_store_n(mtl_atomic(object, M_WRITE, __builtin_return_address(0)),
                   value, __ATOMIC_RELAXED);
}

template <class T>
MTL_UNSEEN T atomic_load_explicit(const volatile atomic<T>* object,
                                  memory_order) {
  return __atomic_load_n(mtl_atomic(const_cast<volatile atomic<T>*>(object),
                                    M_READ, __builtin_return_address(0)),
                         __ATOMIC_RELAXED);
}

template <class T>
MTL_UNSEEN bool atomic_compare_exchange_weak_explicit(
    volatile atomic<T>* object, T* expected, typename mtl_same<T>::type desired,
    memory_order, memory_order) {
  return __atomic_compare_exchange_n(
      mtl_atomic(object, M_READ | M_WRITE, __builtin_return_address(0)),
      expected, desired, true, __ATOMIC_RELAXED, __ATOMIC_RELAXED);
}
}  // namespace metal
