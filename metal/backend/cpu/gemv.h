// Few rows of x times a row-major weight matrix, straight from its stored
// type: each weight is read from memory once. An output is always one chain of
// vector FMAs along the columns and one fixed sum of its lanes, so its bits do
// not depend on the other rows, the other outputs or the threads.
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

// Outputs that all rows of x pass before the next ones: they stay in cache.
constexpr int64_t kDotGroup = 12;

// Outputs at a time for X rows of x.
template <int X, int64_t Bytes>
constexpr int kDotOutputs = X == 1                   ? kDotAlone<Bytes>
                            : 4 * X <= kDotRegisters ? 4
                                                     : kDotRegisters / X;

// R weight rows, `ld` bytes apart, times X rows of x. While it works, it asks
// for the R rows that follow, in the order of memory, if `prefetch`: into the
// second level, for the first is full. Never inlined: what is around it would
// take registers from the loop.
template <typename W, int R, int X>
__attribute__((noinline)) void dot_tile(const uint8_t* w, int64_t ld,
                                        const Rows& x, int64_t row,
                                        int64_t cols, bool prefetch,
                                        int64_t output, const Target& target) {
  Vec acc[X][R];
  const float* rows[X];
  for (int i = 0; i < X; ++i) {
    rows[i] = x.row(row + i);
    for (int j = 0; j < R; ++j) acc[i][j] = zero();
  }
  const uint8_t* next = w + ld * R;
  int64_t k = 0;
  for (; k + kLanes <= cols; k += kLanes) {
    if (prefetch) {
      constexpr int64_t kBytes = kLanes * R * W::kBytes;
      for (int64_t b = 0; b < kBytes; b += 64) {
        __builtin_prefetch(next + k * R * W::kBytes + b, 0, 2);
      }
    }
    if constexpr (X * R == 1 && kDotAhead<W::kBytes> > 0) {
      __builtin_prefetch(w + k * W::kBytes + kDotAhead<W::kBytes>, 0,
                         kDotAheadLevel);
    }
    Vec weights[R];
    for (int j = 0; j < R; ++j) {
      weights[j] = W::load(w + j * ld + k * W::kBytes);
    }
    for (int i = 0; i < X; ++i) {
      const Vec value = load(rows[i] + k);
      for (int j = 0; j < R; ++j) {
        acc[i][j] = fma(weights[j], value, acc[i][j]);
      }
    }
  }
  if (k < cols) {
    const int64_t n = cols - k;
    for (int j = 0; j < R; ++j) {
      const Vec weight = W::partial(w + j * ld + k * W::kBytes, n);
      for (int i = 0; i < X; ++i) {
        acc[i][j] = fma(weight, partial(rows[i] + k, n), acc[i][j]);
      }
    }
  }
  constexpr int kSums = (X * R + 3) / 4 * 4;
  Vec lanes[kSums];
  for (int i = 0; i < kSums; ++i) {
    lanes[i] = i < X * R ? acc[i / R][i % R] : zero();
  }
  float sums[kSums];
  for (int i = 0; i < kSums; i += 4) sum4(lanes + i, sums + i);
  for (int i = 0; i < X; ++i) {
    for (int j = 0; j < R; ++j) {
      target.put(row + i, output + j, sums[i * R + j]);
    }
  }
}

// `outputs` outputs for X rows, R at a time as long as there are R.
template <typename W, int R, int X>
inline void dot_outputs(const uint8_t* w, int64_t ld, const Rows& x,
                        int64_t row, int64_t cols, int64_t output,
                        int64_t outputs, const Target& target) {
  // Where nothing but reading is to be done, processors look far enough ahead
  // by themselves: f32 for one row, and a single stream.
  constexpr bool kReads = X == 1 && (R == 1 || W::kBytes == 4);
  const bool prefetch = row == 0 && !kReads;
  for (; outputs >= R; outputs -= R) {
    dot_tile<W, R, X>(w, ld, x, row, cols, prefetch, output, target);
    w += R * ld;
    output += R;
  }
  if constexpr (R > 1) {
    if (outputs == 0) return;
    dot_outputs<W, R - 1, X>(w, ld, x, row, cols, output, outputs, target);
  }
}

// `outputs` outputs for the rows of x from `row` on, X at a time as long as
// there are X.
template <typename W, int X>
inline void dot_rows(const uint8_t* w, int64_t ld, const Rows& x, int64_t row,
                     int64_t cols, int64_t output, int64_t outputs,
                     const Target& target) {
  for (; row + X <= x.count; row += X) {
    dot_outputs<W, kDotOutputs<X, W::kBytes>, X>(w, ld, x, row, cols, output,
                                                 outputs, target);
  }
  if constexpr (X > 1) {
    if (row == x.count) return;
    dot_rows<W, X == 8 ? 4 : X - 1>(w, ld, x, row, cols, output, outputs,
                                    target);
  }
}

// Outputs [begin, end) of all rows of x. `ld` is the distance of weight rows
// in elements.
template <typename W>
inline void gemv_as(const void* weights, int64_t ld, int64_t cols,
                    const Rows& x, int64_t begin, int64_t end,
                    const Target& target) {
  ld *= W::kBytes;
  const uint8_t* w = static_cast<const uint8_t*>(weights) + begin * ld;
  for (int64_t j = begin; j < end; j += kDotGroup, w += kDotGroup * ld) {
    dot_rows<W, kDotRows<W::kBytes>>(w, ld, x, 0, cols, j,
                                     min_of(kDotGroup, end - j), target);
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
