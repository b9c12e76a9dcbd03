// Matrices of a SIMD-group, 8 by 8. On a GPU every lane holds two elements;
// here lane 0 alone holds the matrix and does the work, so that no lane waits
// for another. Only thread_elements() deals the elements out, and the next
// function that needs the matrix collects them: all lanes must call it
// together, and use the elements alike, for which lane has which is not
// documented by Apple.
#pragma once

#include "simd.h"

#if MTL_CHECKED
// Nothing is instrumented below: memory that a matrix is loaded from and
// stored to is told to the runtime, row by row.
#define MTL_MATRIX_MEMORY MTL_UNSEEN
#else
#define MTL_MATRIX_MEMORY MTL_INLINE
#endif

typedef float mtl_row __attribute__((vector_size(32)));

struct mtl_matrix {
  mtl_row rows[8];
};

// Which elements a lane has: two in a row, as Apple's M1 deals them out.
struct mtl_element {
  uint32_t row, column;
};
MTL_INLINE mtl_element mtl_element_of(uint32_t lane) {
  const uint32_t quad = lane / 4;
  return {(quad & 4) + lane / 2 % 4, (quad & 2) * 2 + lane % 2 * 2};
}

// Whether this lane does the work of its SIMD-group.
MTL_INLINE bool mtl_leads() {
  if (MTL_CHECKED) mtl_rendezvous();
  if (mtl_here.lane != 0) return false;
  const uint32_t lanes = mtl_here.simdgroup->lanes;
  if (lanes != ~0u) mtl_undefined("uses a matrix with lanes", lanes);
  return true;
}

template <class T>
MTL_INLINE mtl_row mtl_rounded(mtl_row row) {
  for (int i = 0; i < 8; ++i)
    row[i] = static_cast<float>(static_cast<T>(row[i]));
  return row;
}

MTL_INLINE mtl_row mtl_filled(float value) {
  return mtl_row{value, value, value, value, value, value, value, value};
}

namespace metal {
template <class T, int Columns, int Rows = Columns>
struct simdgroup_matrix {
  static_assert(Columns == 8 && Rows == 8, "a SIMD-group matrix is 8 by 8");
  static_assert(std::is_same_v<T, float> || std::is_same_v<T, half>,
                "a SIMD-group matrix is of float or half");

  MTL_INLINE simdgroup_matrix() { fill(NAN); }
  MTL_INLINE explicit simdgroup_matrix(T diagonal) {
    fill(0.0f);
    if (mtl_here.lane != 0) return;
    for (int i = 0; i < 8; ++i)
      whole_.rows[i][i] = static_cast<float>(diagonal);
  }
  MTL_INLINE simdgroup_matrix(const simdgroup_matrix& from) { *this = from; }
  MTL_INLINE simdgroup_matrix& operator=(const simdgroup_matrix& from) {
    dealt_ = from.dealt_;
    own_ = from.own_;
    if (mtl_here.lane == 0) whole_ = from.whole_;
    return *this;
  }

  // The two elements of this lane.
  MTL_INLINE vec<T, 2>& thread_elements() {
    if (!dealt_) deal();
    return own_;
  }

  // The rest is the simulator's.
  MTL_INLINE void fill(float value) {
    dealt_ = false;
    if (mtl_here.lane != 0) return;
    for (mtl_row& row : whole_.rows) row = mtl_filled(value);
  }
  // The matrix, of which only lane 0 may read anything.
  MTL_INLINE const mtl_matrix& whole() const {
    if (dealt_) collect();
    return whole_;
  }
  MTL_INLINE mtl_matrix& overwritten() {
    dealt_ = false;
    return whole_;
  }

 private:
  MTL_UNSEEN void deal() {
    float* slots = mtl_slots<float>();
    if (mtl_here.lane == 0) memcpy(slots, &whole_, sizeof whole_);
    mtl_rendezvous();
    const mtl_element at = mtl_element_of(mtl_here.lane);
    for (uint32_t i = 0; i < 2; ++i) {
      own_[i] = static_cast<T>(slots[at.row * 8 + at.column + i]);
    }
    dealt_ = true;
  }
  MTL_UNSEEN void collect() const {
    float* slots = mtl_slots<float>();
    const mtl_element at = mtl_element_of(mtl_here.lane);
    for (uint32_t i = 0; i < 2; ++i) {
      slots[at.row * 8 + at.column + i] = static_cast<float>(own_[i]);
    }
    mtl_rendezvous();
    if (mtl_here.lane == 0) memcpy(&whole_, slots, sizeof whole_);
    dealt_ = false;
  }

  mutable mtl_matrix whole_;
  vec<T, 2> own_;
  mutable bool dealt_ = false;
};

typedef simdgroup_matrix<float, 8, 8> simdgroup_float8x8;
typedef simdgroup_matrix<half, 8, 8> simdgroup_half8x8;

template <class T, int Columns, int Rows = Columns>
MTL_INLINE simdgroup_matrix<T, Columns, Rows> make_filled_simdgroup_matrix(
    T value) {
  simdgroup_matrix<T, Columns, Rows> result;
  result.fill(static_cast<float>(value));
  return result;
}
}  // namespace metal

// Where row `i` of a matrix lies in memory, and how far apart its elements.
struct mtl_layout {
  std::size_t elements_per_row;
  ulong2 origin;
  bool transposed;
  template <class T>
  MTL_INLINE T* row(T* memory, std::size_t i) const {
    return transposed ? memory + origin.y * elements_per_row + origin.x + i
                      : memory + (origin.y + i) * elements_per_row + origin.x;
  }
  MTL_INLINE std::size_t step() const {
    return transposed ? elements_per_row : 1;
  }
};

template <class T>
MTL_MATRIX_MEMORY void mtl_touch_row(const T* row, std::size_t step, int kind,
                                     const void* pc) {
  if (step == 1) {
    mtl_touch(row, 8 * sizeof(T), kind, 32, pc);
    return;
  }
  for (int i = 0; i < 8; ++i)
    mtl_touch(row + i * step, sizeof(T), kind, 32, pc);
}

template <class T>
MTL_MATRIX_MEMORY void mtl_load(mtl_matrix& into, const T* memory,
                                const mtl_layout& layout) {
  const std::size_t step = layout.step();
  for (int i = 0; i < 8; ++i) {
    const T* row = layout.row(memory, i);
    if (MTL_CHECKED) {
      mtl_touch_row(row, step, M_READ, __builtin_return_address(0));
    }
    for (int j = 0; j < 8; ++j) {
      into.rows[i][j] = static_cast<float>(row[j * step]);
    }
  }
}

template <class T>
MTL_MATRIX_MEMORY void mtl_store(const mtl_matrix& from, T* memory,
                                 const mtl_layout& layout) {
  const std::size_t step = layout.step();
  for (int i = 0; i < 8; ++i) {
    T* row = layout.row(memory, i);
    if (MTL_CHECKED) {
      mtl_touch_row(row, step, M_WRITE, __builtin_return_address(0));
    }
    for (int j = 0; j < 8; ++j) row[j * step] = static_cast<T>(from.rows[i][j]);
  }
}

// c + a b, each sum in the order of k.
MTL_INLINE void mtl_multiply_add(mtl_matrix& result, const mtl_matrix& a,
                                 const mtl_matrix& b, const mtl_matrix* c) {
  mtl_matrix sums;
  for (int i = 0; i < 8; ++i) {
    mtl_row sum = c != nullptr ? c->rows[i] : mtl_row{};
    for (int k = 0; k < 8; ++k) {
      sum = __builtin_elementwise_fma(mtl_filled(a.rows[i][k]), b.rows[k], sum);
    }
    sums.rows[i] = sum;
  }
  result = sums;
}

namespace metal {
template <class T>
MTL_INLINE void simdgroup_load(simdgroup_matrix<T, 8, 8>& d, const T* source,
                               ulong elements_per_row = 8,
                               ulong2 matrix_origin = 0,
                               bool transpose_matrix = false) {
  if (!mtl_leads()) {
    d.overwritten();
    return;
  }
  mtl_load(d.overwritten(), source,
           mtl_layout{elements_per_row, matrix_origin, transpose_matrix});
}

template <class T>
MTL_INLINE void simdgroup_store(const simdgroup_matrix<T, 8, 8>& a,
                                T* destination, ulong elements_per_row = 8,
                                ulong2 matrix_origin = 0,
                                bool transpose_matrix = false) {
  const mtl_matrix& whole = a.whole();
  if (!mtl_leads()) return;
  mtl_store(whole, destination,
            mtl_layout{elements_per_row, matrix_origin, transpose_matrix});
}

// d = a b + c, summed in float and rounded to the type of d.
template <class T, class A, class B>
MTL_INLINE void simdgroup_multiply_accumulate(
    simdgroup_matrix<T, 8, 8>& d, const simdgroup_matrix<A, 8, 8>& a,
    const simdgroup_matrix<B, 8, 8>& b, const simdgroup_matrix<T, 8, 8>& c) {
  const mtl_matrix &left = a.whole(), &right = b.whole(), &sum = c.whole();
  mtl_matrix& result = d.overwritten();
  if (!mtl_leads()) return;
  mtl_multiply_add(result, left, right, &sum);
  if constexpr (std::is_same_v<T, half>) {
    for (mtl_row& row : result.rows) row = mtl_rounded<half>(row);
  }
}

template <class T, class A, class B>
MTL_INLINE void simdgroup_multiply(simdgroup_matrix<T, 8, 8>& d,
                                   const simdgroup_matrix<A, 8, 8>& a,
                                   const simdgroup_matrix<B, 8, 8>& b) {
  const mtl_matrix &left = a.whole(), &right = b.whole();
  mtl_matrix& result = d.overwritten();
  if (!mtl_leads()) return;
  mtl_multiply_add(result, left, right, nullptr);
  if constexpr (std::is_same_v<T, half>) {
    for (mtl_row& row : result.rows) row = mtl_rounded<half>(row);
  }
}
}  // namespace metal
