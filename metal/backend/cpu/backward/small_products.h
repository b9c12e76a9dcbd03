// Matrix products whose operands lie in the caches as they are.
#pragma once

#include "backend/cpu/gemm.h"

namespace mamba::MAMBA_CPU_ISA {

// out[i][j] += Σ_k a[i][k] b[k][j]. Rows of b and out are whole panels.
struct SmallProduct {
  const float* a;
  int64_t row_step, step;  // a[i][k] = a[i · row_step + k · step]
  const float* b;
  int64_t b_stride;
  int64_t depth;
  float* out;
  int64_t out_stride;
};

// Where a has numbers other than 0.
enum class Shape { kFull, kLower, kUpper };

template <int R>
inline void small_tile(const SmallProduct& p, int64_t i, int64_t j,
                       int64_t begin, int64_t end) {
  float* out = p.out + i * p.out_stride + j;
  Vec acc[R][kGemmVecs];
  for (int r = 0; r < R; ++r) {
    for (int v = 0; v < kGemmVecs; ++v) {
      acc[r][v] = load(out + r * p.out_stride + v * kLanes);
    }
  }
  tile_product<R, kGemmVecs>(p.a + i * p.row_step + begin * p.step, p.row_step,
                             p.step, p.b + begin * p.b_stride + j, p.b_stride,
                             end - begin, acc);
  for (int r = 0; r < R; ++r) {
    for (int v = 0; v < kGemmVecs; ++v) {
      store(out + r * p.out_stride + v * kLanes, acc[r][v]);
    }
  }
}

using SmallTile = void (*)(const SmallProduct&, int64_t, int64_t, int64_t,
                           int64_t);

template <int R>
inline SmallTile small_tile_of(int64_t rows) {
  if constexpr (R == 1) {
    return small_tile<1>;
  } else {
    return rows == R ? small_tile<R> : small_tile_of<R - 1>(rows);
  }
}

// `columns` is a multiple of kPanel.
inline void add_small(const SmallProduct& product, int64_t rows,
                      int64_t columns, Shape shape = Shape::kFull) {
  const int64_t blocks = (rows + kGemmRows - 1) / kGemmRows;
  for (int64_t block = 0; block < blocks; ++block) {
    const int64_t i = rows * block / blocks;
    const int64_t next = rows * (block + 1) / blocks;
    const int64_t begin = shape == Shape::kUpper ? i : 0;
    const int64_t end = shape == Shape::kLower ? next : product.depth;
    const SmallTile tile = small_tile_of<kGemmRows>(next - i);
    for (int64_t j = 0; j < columns; j += kPanel) {
      tile(product, i, j, begin, end);
    }
  }
}

// to[j][i] = from[i][j] for j < columns; 0 from i = rows on, up to `width`.
// `columns` and `width` are multiples of kLanes.
inline void transpose_small(const float* from, int64_t rows, int64_t columns,
                            float* to, int64_t width) {
  for (int64_t i = 0; i < width; i += kLanes) {
    for (int64_t j = 0; j < columns; j += kLanes) {
      Vec v[kLanes];
      for (int64_t k = 0; k < kLanes; ++k) {
        v[k] = i + k < rows ? load(from + (i + k) * columns + j) : zero();
      }
      transpose(v);
      for (int64_t k = 0; k < kLanes; ++k)
        store(to + (j + k) * width + i, v[k]);
    }
  }
}

// Rows of `columns`, `stride` apart, as rows of `width`, 0 past their ends.
inline void pack_rows(const float* from, int64_t stride, int64_t rows,
                      int64_t columns, float* to, int64_t width) {
  for (int64_t i = 0; i < rows; ++i) {
    for (int64_t j = 0; j < width; j += kLanes) {
      const int64_t n = max_of(0, min_of(kLanes, columns - j));
      store(to + i * width + j, load_some(from + i * stride + j, n));
    }
  }
}

inline void fill_zero(float* to, int64_t floats) {
  __builtin_memset(to, 0, static_cast<size_t>(floats) * sizeof(float));
}

}  // namespace mamba::MAMBA_CPU_ISA
