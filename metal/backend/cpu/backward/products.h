// The two products of a linear layer's backward, for a weight W (J, I), rows
// x (L, I) and gradients dY (L, J): dX = dY W and dW += dYᵀ X. Both are sums
// of outer products, so the right operand is packed as it lies: kProductDepth
// rows of kProductOutputs columns, in panels of kPanel, fit the second level
// of cache and serve everything on the left before the next are packed.
//
// Threads share out the results, never a sum: an output is a chain of FMAs
// over kProductDepth terms, and chains are added in order.
#pragma once

#include "backend/cpu/backward/backward_kernels.h"
#include "backend/cpu/blas.h"
#include "backend/cpu/gemm.h"
#include "backend/cpu/parallel.h"

namespace mamba::MAMBA_CPU_ISA {

constexpr int64_t kProductDepth = 256;
constexpr int64_t kProductOutputs = 384;
constexpr int64_t kProductFloats = kProductDepth * kProductOutputs;
// Tiles of dYᵀ that are packed together, by the cache line or nearly so.
constexpr int64_t kOuterTiles = 4;
constexpr int64_t kOuterRows = kOuterTiles * kGemmRows;
static_assert(kProductOutputs % kPanel == 0, "panels are whole");

// Groups of columns that are packed together, of nearly the same width: as few
// as fit, but `wanted` if there are panels enough.
struct ColumnGroups {
  ColumnGroups(int64_t columns, int64_t wanted) : columns(columns) {
    const int64_t fewest = (columns + kProductOutputs - 1) / kProductOutputs;
    const int64_t panels = (columns + kPanel - 1) / kPanel;
    const int64_t most = max_of(fewest, min_of(wanted, panels));
    width = (panels + most - 1) / most * kPanel;
    count = (columns + width - 1) / width;
  }
  int64_t begin(int64_t group) const { return group * width; }
  int64_t end(int64_t group) const {
    return min_of(begin(group) + width, columns);
  }

  int64_t columns, width, count;
};

// packed[panel][k][j] = from[k · stride + panel · kPanel + j] for k < depth;
// 0 from column `columns` on.
inline void pack_columns(const float* from, int64_t stride, int64_t depth,
                         int64_t columns, float* packed) {
  for (int64_t k = 0; k < depth; ++k) {
    const float* row = from + k * stride;
    float* to = packed + k * kPanel;
    for (int64_t j = 0; j < columns; j += kPanel, to += depth * kPanel) {
      for (int64_t v = 0; v < kPanel; v += kLanes) {
        const int64_t n = columns - j - v;
        store(to + v, n > 0 ? load_some(row + j + v, n) : zero());
      }
    }
  }
}

// Columns [begin, end) of the product of rows a (L, J) and w (J, I); `packed`
// has kProductFloats floats.
inline void multiply_block(const Rows& a, const Matrix& weight, int64_t begin,
                           int64_t end, const Target& target, float* packed) {
  const float* w = static_cast<const float*>(weight.data);
  for (int64_t k = 0; k < weight.rows; k += kProductDepth) {
    const int64_t depth = min_of(kProductDepth, weight.rows - k);
    pack_columns(w + k * weight.cols + begin, weight.cols, depth, end - begin,
                 packed);
    gemm_group(a, k, depth, packed, begin, end, target);
  }
}

// Sets (or, if target.accumulate, adds to) target (L, I) the product a W of
// rows a (L, J), `a.stride` apart, and weight (J, I), which is f32.
inline void multiply(BackwardContext& context, const Rows& a,
                     const Matrix& weight, const Target& target) {
  if (blas_takes(a.count, weight.cols, weight.rows)) {
    BlasProduct product;
    product.m = a.count;
    product.n = weight.cols;
    product.k = weight.rows;
    product.a = a.data;
    product.lda = a.stride;
    product.b = static_cast<const float*>(weight.data);
    product.ldb = weight.cols;
    product.c = target.at(0, target.first);
    product.ldc = target.stride;
    product.accumulate = target.accumulate;
    blas_multiply(product);
    return;
  }
  const int64_t threads = context.pool.size();
  // Enough rows in each chunk to be worth a packing of the weight.
  const int64_t chunks = min_of(threads, max_of(1, a.count / (4 * kGemmRows)));
  const ColumnGroups groups(weight.cols, (threads + chunks - 1) / chunks);
  const int64_t items = chunks * groups.count;
  ArenaScope scope(context.arena);
  float* packed = context.arena.allocate<float>(kProductFloats * threads);
  parallel(context, items, 1, [&](Range range, uint32_t thread) {
    for (int64_t item = range.begin; item < range.end; ++item) {
      const int64_t chunk = item / groups.count;
      const int64_t row = a.count * chunk / chunks;
      const int64_t row_end = a.count * (chunk + 1) / chunks;
      Target part = target;
      part.out += row * target.stride;
      multiply_block({a.row(row), a.stride, row_end - row}, weight,
                     groups.begin(item % groups.count),
                     groups.end(item % groups.count), part,
                     packed + kProductFloats * thread);
    }
  });
}

// packed[k][i] = from[k · stride + i] for k < depth; 0 from i = rows on.
inline void pack_tile(const float* from, int64_t stride, int64_t depth,
                      int64_t rows, float* packed) {
  const int64_t whole = min_of(rows, kGemmRows);
  for (int64_t k = 0; k < depth; ++k) {
    float* to = packed + k * kGemmRows;
    const float* row = from + k * stride;
    if (whole == kGemmRows) {
      __builtin_memcpy(to, row, kGemmRows * sizeof(float));
      continue;
    }
    for (int64_t i = 0; i < kGemmRows; ++i) to[i] = i < whole ? row[i] : 0.0f;
  }
}

// Adds a packed tile times a packed panel to `rows` rows of `columns`.
inline void outer_tile(const float* tile, const float* panel, int64_t depth,
                       int64_t rows, int64_t columns, float* out,
                       int64_t stride) {
  rows = min_of(rows, kGemmRows);
  for (int64_t i = 0; i < rows; ++i) {
    __builtin_prefetch(out + i * stride, 1);
    __builtin_prefetch(out + i * stride + kLanes, 1);
  }
  Vec acc[kGemmRows][kGemmVecs];
  for (int i = 0; i < kGemmRows; ++i) {
    for (int v = 0; v < kGemmVecs; ++v) acc[i][v] = zero();
  }
  tile_product<kGemmRows, kGemmVecs>(tile, 1, kGemmRows, panel, kPanel, depth,
                                     acc);
  for (int i = 0; i < kGemmRows; ++i) {
    if (i >= rows) break;
    for (int v = 0; v < kGemmVecs; ++v) {
      const int64_t n = columns - v * kLanes;
      if (n <= 0) break;
      float* p = out + i * stride + v * kLanes;
      store_some(p, add(load_some(p, n), acc[i][v]), n);
    }
  }
}

// What add_outer() multiplies, and where a thread packs it.
struct Outer {
  Rows a, b;
  int64_t a_columns = 0, b_columns = 0;
  float* out = nullptr;
  float* tiles = nullptr;
  float* panels = nullptr;
};

// Tiles [first, last) of the columns of a, by columns [begin, end) of b.
inline void outer_block(const Outer& job, int64_t first, int64_t last,
                        int64_t begin, int64_t end) {
  for (int64_t k = 0; k < job.a.count; k += kProductDepth) {
    const int64_t depth = min_of(kProductDepth, job.a.count - k);
    pack_columns(job.b.row(k) + begin, job.b.stride, depth, end - begin,
                 job.panels);
    for (int64_t t = first; t < last; t += kOuterTiles) {
      const int64_t tiles = min_of(kOuterTiles, last - t);
      const int64_t row = t * kGemmRows;
      for (int64_t i = 0; i < tiles; ++i) {
        const int64_t at = row + i * kGemmRows;
        pack_tile(job.a.row(k) + at, job.a.stride, depth, job.a_columns - at,
                  job.tiles + i * kGemmRows * depth);
      }
      for (int64_t j = begin; j < end; j += kPanel) {
        const float* panel = job.panels + (j - begin) * depth;
        for (int64_t i = 0; i < tiles; ++i) {
          const int64_t at = row + i * kGemmRows;
          outer_tile(job.tiles + i * kGemmRows * depth, panel, depth,
                     job.a_columns - at, end - j,
                     job.out + at * job.b_columns + j, job.b_columns);
        }
      }
    }
  }
}

// out (J, I) += aᵀ b for rows a (L, J) and b (L, I), as many of both.
inline void add_outer(BackwardContext& context, const Rows& a,
                      int64_t a_columns, const Rows& b, int64_t b_columns,
                      float* out) {
  if (blas_takes(a_columns, b_columns, a.count)) {
    BlasProduct product;
    product.m = a_columns;
    product.n = b_columns;
    product.k = a.count;
    product.a = a.data;
    product.lda = a.stride;
    product.transpose_a = true;
    product.b = b.data;
    product.ldb = b.stride;
    product.c = out;
    product.ldc = b_columns;
    product.accumulate = true;
    blas_multiply(product);
    return;
  }
  const int64_t threads = context.pool.size();
  const int64_t tiles = (a_columns + kGemmRows - 1) / kGemmRows;
  const ColumnGroups groups(b_columns, 1);
  ArenaScope scope(context.arena);
  constexpr int64_t kTileFloats = kOuterRows * kProductDepth;
  float* packed =
      context.arena.allocate<float>((kProductFloats + kTileFloats) * threads);
  parallel(context, tiles * groups.count, 1, [&](Range range, uint32_t thread) {
    float* own = packed + (kProductFloats + kTileFloats) * thread;
    const Outer job{a, b, a_columns, b_columns, out, own + kProductFloats, own};
    for (int64_t at = range.begin; at < range.end;) {
      const int64_t group = at / tiles;
      const int64_t next = min_of((group + 1) * tiles, range.end);
      outer_block(job, at - group * tiles, next - group * tiles,
                  groups.begin(group), groups.end(group));
      at = next;
    }
  });
}

// out[j] += Σ_l a[l][j] for rows a (L, columns): sums of kProductDepth rows
// are added in order.
inline void add_column_sums(BackwardContext& context, const Rows& a,
                            int64_t columns, float* out) {
  parallel(context, columns, 4 * kLanes, [&](Range range, uint32_t) {
    for (int64_t k = 0; k < a.count; k += kProductDepth) {
      const int64_t end = min_of(k + kProductDepth, a.count);
      for (int64_t j = range.begin; j < range.end; j += kLanes) {
        const int64_t n = range.end - j;
        Vec total = zero();
        for (int64_t i = k; i < end; ++i) {
          total = add(total, load_some(a.row(i) + j, n));
        }
        store_some(out + j, add(load_some(out + j, n), total), n);
      }
    }
  });
}

}  // namespace mamba::MAMBA_CPU_ISA
