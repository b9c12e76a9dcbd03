// Many rows of x times a row-major weight matrix. A panel of kPanel outputs is
// transposed and widened into (cols, kPanel) f32 once and then serves all rows
// of x; a tile of kGemmRows rows stays in registers for a whole block of
// columns. An output is one chain of FMAs along the columns, whatever the
// tile, the rows beside it and the threads.
#pragma once

#include "backend/cpu/gemv.h"

namespace mamba::MAMBA_CPU_ISA {

constexpr int64_t kPanel = kGemmVecs * kLanes;
// Columns of a panel that are packed at once.
constexpr int64_t kPanelDepth = 1024;
// Panels that are packed together: rows of x are fetched once for all.
constexpr int64_t kPanelGroup = kLanes == 16 ? 2 : kLanes == 8 ? 4 : 8;
constexpr int64_t kGroupOutputs = kPanel * kPanelGroup;
constexpr int64_t kPackedFloats = kPanelDepth * kGroupOutputs;

// panel[k][j] = weight[j][k] for k < depth, j < kPanel; 0 from j = outputs on.
template <typename W>
inline void pack_panel(const uint8_t* weights, int64_t row_bytes,
                       int64_t outputs, int64_t depth, float* panel) {
  for (int64_t j = 0; j < kPanel; j += kLanes) {
    for (int64_t k = 0; k < depth; k += kLanes) {
      const int64_t n = min_of(kLanes, depth - k);
      Vec v[kLanes];
      for (int64_t i = 0; i < kLanes; ++i) {
        const uint8_t* p = weights + (j + i) * row_bytes + k * W::kBytes;
        v[i] = j + i >= outputs ? zero()
               : n == kLanes    ? W::load(p)
                                : W::partial(p, n);
      }
      transpose(v);
      for (int64_t i = 0; i < n; ++i) store(panel + (k + i) * kPanel + j, v[i]);
    }
  }
}

inline void pack(const Matrix& weight, int64_t output, int64_t k, int64_t depth,
                 float* panel) {
  const int64_t outputs = weight.rows - output;
  const int64_t row_bytes = weight.cols * (weight.dtype == Dtype::f32 ? 4 : 2);
  const uint8_t* p = static_cast<const uint8_t*>(weight.data) +
                     output * row_bytes +
                     k * (weight.dtype == Dtype::f32 ? 4 : 2);
  switch (weight.dtype) {
    case Dtype::f32:
      pack_panel<F32Weights>(p, row_bytes, outputs, depth, panel);
      break;
    case Dtype::f16:
      pack_panel<F16Weights>(p, row_bytes, outputs, depth, panel);
      break;
    case Dtype::bf16:
      pack_panel<Bf16Weights>(p, row_bytes, outputs, depth, panel);
      break;
    case Dtype::q8:
    case Dtype::q4:
      break;  // see products.h
  }
}

// acc[i][v] += Σ_k a[i · row_step + k · step] · b[k · ldb + v · kLanes …]
template <int R, int V>
inline void tile_product(const float* a, int64_t row_step, int64_t step,
                         const float* b, int64_t ldb, int64_t depth,
                         Vec acc[R][V]) {
  for (int64_t k = 0; k < depth; ++k) {
    Vec right[V];
    for (int v = 0; v < V; ++v) right[v] = load(b + k * ldb + v * kLanes);
    const float* left = a + k * step;
    for (int i = 0; i < R; ++i) {
      for (int v = 0; v < V; ++v) {
        acc[i][v] = fma_splat(left + i * row_step, right[v], acc[i][v]);
      }
    }
  }
}

// R rows of x by `outputs` ≤ kPanel outputs.
template <int R>
inline void gemm_tile(const float* x, int64_t stride, const float* panel,
                      int64_t depth, int64_t outputs, float* out,
                      int64_t out_stride, const float* bias, bool accumulate) {
  Vec acc[R][kGemmVecs];
  for (int v = 0; v < kGemmVecs; ++v) {
    const int64_t n = outputs - v * kLanes;
    const Vec start =
        bias == nullptr || n <= 0 ? zero() : load_some(bias + v * kLanes, n);
    for (int i = 0; i < R; ++i) acc[i][v] = start;
  }
  tile_product<R, kGemmVecs>(x, stride, 1, panel, kPanel, depth, acc);
  for (int v = 0; v < kGemmVecs; ++v) {
    const int64_t n = outputs - v * kLanes;
    if (n <= 0) break;
    for (int i = 0; i < R; ++i) {
      float* p = out + i * out_stride + v * kLanes;
      store_some(p, accumulate ? add(load_some(p, n), acc[i][v]) : acc[i][v],
                 n);
    }
  }
}

using GemmTile = void (*)(const float*, int64_t, const float*, int64_t, int64_t,
                          float*, int64_t, const float*, bool);

template <int R>
inline GemmTile gemm_tile_of(int64_t rows) {
  if constexpr (R == 1) {
    return gemm_tile<1>;
  } else {
    return rows == R ? gemm_tile<R> : gemm_tile_of<R - 1>(rows);
  }
}

// One packed group of panels times all rows of x.
inline void gemm_group(const Rows& x, int64_t k, int64_t depth,
                       const float* packed, int64_t begin, int64_t end,
                       const Target& target) {
  // Blocks of nearly the same height: no thin block at the end.
  const int64_t blocks = (x.count + kGemmRows - 1) / kGemmRows;
  const float* bias = k == 0 ? target.bias : nullptr;
  const bool accumulate = target.accumulate || k > 0;
  for (int64_t block = 0; block < blocks; ++block) {
    const int64_t row = x.count * block / blocks;
    const int64_t rows = x.count * (block + 1) / blocks - row;
    const GemmTile tile = gemm_tile_of<kGemmRows>(rows);
    for (int64_t j = begin; j < end; j += kPanel) {
      tile(x.row(row) + k, x.stride, packed + (j - begin) * depth, depth,
           min_of(kPanel, end - j), target.at(row, j), target.stride,
           bias == nullptr ? nullptr : bias + j, accumulate);
    }
  }
}

// Outputs [begin, end), at most kGroupOutputs of them, of all rows of x.
// `packed` has kPackedFloats floats.
inline void gemm(const Matrix& weight, const Rows& x, int64_t begin,
                 int64_t end, const Target& target, float* packed) {
  for (int64_t k = 0; k < weight.cols; k += kPanelDepth) {
    const int64_t depth = min_of(kPanelDepth, weight.cols - k);
    for (int64_t j = begin; j < end; j += kPanel) {
      pack(weight, j, k, depth, packed + (j - begin) * depth);
    }
    gemm_group(x, k, depth, packed, begin, end, target);
  }
}

}  // namespace mamba::MAMBA_CPU_ISA
