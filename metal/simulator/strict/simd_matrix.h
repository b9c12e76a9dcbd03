// Matrices of a SIMD-group (section 6.7).
#pragma once

#include "types.h"

namespace metal {
template <class T, int Columns, int Rows = Columns>
struct simdgroup_matrix;

#define MTL_MATRIX(T)                    \
  template <>                            \
  struct simdgroup_matrix<T, 8, 8> {     \
    vec<T, 2> elements;                  \
    simdgroup_matrix();                  \
    explicit simdgroup_matrix(T);        \
    thread vec<T, 2>& thread_elements(); \
  };                                     \
  typedef simdgroup_matrix<T, 8, 8> simdgroup_##T##8x8;
MTL_MATRIX(float)
MTL_MATRIX(half)
#undef MTL_MATRIX

template <class T, int Columns, int Rows = Columns>
simdgroup_matrix<T, Columns, Rows> make_filled_simdgroup_matrix(T);

#define MTL_MATRIX_MEMORY(space)                                          \
  template <class T>                                                      \
  void simdgroup_load(thread simdgroup_matrix<T, 8, 8>&, const space T*,  \
                      ulong elements_per_row = 8, ulong2 origin = 0,      \
                      bool transpose = false);                            \
  template <class T>                                                      \
  void simdgroup_store(const thread simdgroup_matrix<T, 8, 8>&, space T*, \
                       ulong elements_per_row = 8, ulong2 origin = 0,     \
                       bool transpose = false);
MTL_MATRIX_MEMORY(device)
MTL_MATRIX_MEMORY(threadgroup)
#undef MTL_MATRIX_MEMORY

template <class T, class A, class B>
void simdgroup_multiply(thread simdgroup_matrix<T, 8, 8>&,
                        const thread simdgroup_matrix<A, 8, 8>&,
                        const thread simdgroup_matrix<B, 8, 8>&);
template <class T, class A, class B>
void simdgroup_multiply_accumulate(thread simdgroup_matrix<T, 8, 8>&,
                                   const thread simdgroup_matrix<A, 8, 8>&,
                                   const thread simdgroup_matrix<B, 8, 8>&,
                                   const thread simdgroup_matrix<T, 8, 8>&);
}  // namespace metal
