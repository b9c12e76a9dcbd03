// Few rows of x times a row-major weight matrix, straight from its stored
// type: each weight is read from memory once. An output is always kChains
// chains of vector FMAs along the columns and one fixed sum of chains and
// lanes, so its bits do not depend on the other rows, the other outputs or the
// threads.
#pragma once

#include "backend/cpu/simd/simd.h"

namespace mamba::MAMBA_CPU_ISA {

// Where products go: out[row · stride + output - first], plus bias[output];
// added to what is there if `accumulate`.
struct Target {
  float* out = nullptr;
  int64_t stride = 0;
  const float* bias = nullptr;
  bool accumulate = false;
  int64_t first = 0;

  float* at(int64_t row, int64_t output) const {
    return out + row * stride + (output - first);
  }
  void put(int64_t row, int64_t output, float value) const {
    float* p = at(row, output);
    if (bias != nullptr) value += bias[output];
    *p = accumulate ? *p + value : value;
  }
};

// Rows of f32, `stride` apart.
struct Rows {
  const float* data = nullptr;
  int64_t stride = 0;
  int64_t count = 0;

  const float* row(int64_t i) const { return data + i * stride; }
};

constexpr int kDotOutputs = 4;

// The sum of the chains of one output.
inline Vec join(const Vec chains[kChains]) {
  Vec all = chains[0];
  if constexpr (kChains == 2) all = add(chains[0], chains[1]);
  if constexpr (kChains == 4) {
    all = add(add(chains[0], chains[1]), add(chains[2], chains[3]));
  }
  return all;
}

// R weight rows times X rows of x, before the sum of the lanes; to out[…]
// [first …]. While it works, it asks for the R rows that follow, in the order
// of memory, if `prefetch`: into the second level, for the first is full.
template <typename W, int R, int X>
inline void dot_tile(const uint8_t* const w[R], const float* const x[X],
                     int64_t cols, bool prefetch, int first,
                     Vec out[X][kDotOutputs]) {
  Vec acc[X][R][kChains];
  for (int i = 0; i < X; ++i) {
    for (int j = 0; j < R; ++j) {
      for (int c = 0; c < kChains; ++c) acc[i][j][c] = zero();
    }
  }
  constexpr int64_t kStep = kChains * kLanes;
  const uint8_t* next = w[0] + cols * R * W::kBytes;
  int64_t k = 0;
  for (; k + kStep <= cols; k += kStep) {
    if (prefetch) {
      const uint8_t* p = next + k * R * W::kBytes;
      for (int64_t b = 0; b < kStep * R * W::kBytes; b += 64) {
        __builtin_prefetch(p + b, 0, 2);
      }
    }
    for (int c = 0; c < kChains; ++c) {
      const int64_t at = k + c * kLanes;
      Vec weights[R];
      for (int j = 0; j < R; ++j) weights[j] = W::load(w[j] + at * W::kBytes);
      for (int i = 0; i < X; ++i) {
        const Vec value = load(x[i] + at);
        for (int j = 0; j < R; ++j) {
          acc[i][j][c] = fma(weights[j], value, acc[i][j][c]);
        }
      }
    }
  }
  for (int c = 0; k < cols; k += kLanes, ++c) {
    const int64_t n = min_of(kLanes, cols - k);
    for (int i = 0; i < X; ++i) {
      const Vec value = load_some(x[i] + k, n);
      for (int j = 0; j < R; ++j) {
        const uint8_t* p = w[j] + k * W::kBytes;
        const Vec weight = n == kLanes ? W::load(p) : W::partial(p, n);
        acc[i][j][c] = fma(weight, value, acc[i][j][c]);
      }
    }
  }
  for (int i = 0; i < X; ++i) {
    for (int j = 0; j < R; ++j) out[i][first + j] = join(acc[i][j]);
  }
}

// kDotOutputs outputs for X rows. One row takes kDotAlone of them at a time: a
// single stream through memory is what processors fetch fastest, where the
// chains of one output keep up with it.
template <typename W, int X>
inline void dot_rows(const uint8_t* const w[kDotOutputs], int64_t outputs,
                     const Rows& x, int64_t first_row, int64_t cols,
                     int64_t first_output, const Target& target) {
  const float* rows[X];
  for (int i = 0; i < X; ++i) rows[i] = x.row(first_row + i);
  Vec sums[X][kDotOutputs];
  constexpr int R = X == 1 ? kDotAlone : kDotTile;
  for (int j = 0; j < kDotOutputs; j += R) {
    dot_tile<W, R, X>(w + j, rows, cols, R > 1 && first_row == 0, j, sums);
  }
  for (int i = 0; i < X; ++i) {
    float out[kDotOutputs];
    sum4(sums[i], out);
    for (int64_t j = 0; j < outputs; ++j) {
      target.put(first_row + i, first_output + j, out[j]);
    }
  }
}

// Outputs [begin, end) of all rows of x. `ld` is the distance of weight rows
// in elements.
template <typename W>
inline void gemv_as(const void* weights, int64_t ld, int64_t cols,
                    const Rows& x, int64_t begin, int64_t end,
                    const Target& target) {
  const uint8_t* base = static_cast<const uint8_t*>(weights);
  for (int64_t j = begin; j < end; j += kDotOutputs) {
    const int64_t outputs = min_of(kDotOutputs, end - j);
    const uint8_t* w[kDotOutputs];
    // Past the end the last row serves again; its results are dropped.
    for (int64_t i = 0; i < kDotOutputs; ++i) {
      w[i] = base + (j + min_of(i, outputs - 1)) * ld * W::kBytes;
    }
    int64_t row = 0;
    for (; row + kDotRows <= x.count; row += kDotRows) {
      dot_rows<W, kDotRows>(w, outputs, x, row, cols, j, target);
    }
    for (; row < x.count; ++row) {
      dot_rows<W, 1>(w, outputs, x, row, cols, j, target);
    }
  }
}

inline void gemv(const Matrix& weight, const Rows& x, int64_t begin,
                 int64_t end, const Target& target) {
  const int64_t cols = weight.cols;
  switch (weight.dtype) {
    case Dtype::f32:
      gemv_as<F32Weights>(weight.data, cols, cols, x, begin, end, target);
      break;
    case Dtype::f16:
      gemv_as<F16Weights>(weight.data, cols, cols, x, begin, end, target);
      break;
    case Dtype::bf16:
      gemv_as<Bf16Weights>(weight.data, cols, cols, x, begin, end, target);
      break;
    case Dtype::q8:
    case Dtype::q4:
      break;  // see products.h
  }
}

}  // namespace mamba::MAMBA_CPU_ISA
