// What is compiled once per instruction set: MAMBA_QUANT_ISA names the
// namespace, and the file that defines it has included, before this one,
//   Ints, Floats         16 lanes' worth in kVectors vectors each
//   kAhead, kAheadLevel  bytes that memory is ahead of few rows, and where they
//                        go, as of __builtin_prefetch
//   kRows, kFineRows     of x at a time, of fine ones
//   kPanels, kPanelRows  of long prompts at a time, if kPanels is not 1
//   dot_8, dot_4         of one block of P panels: Σ (q + kOffset8) x,
//                        Σ (q + 8) x, added to what each row starts from: the
//                        offset's part; in 8 bits null stands for 0
//   of_bytes             16 · high + low + start
//   scales_of, fused, rotate, largest_bits, round_block, round_fine, …
// The lanes are the 16 rows of a panel, so the sum of an output is one chain,
// block after block, on every processor (quant/activations.h).
#pragma once

#include "backend/cpu/quant/quant_kernels.h"
#include "quant/activations.h"

namespace mamba::MAMBA_QUANT_ISA {

constexpr int64_t kScaleBytes = 2 * kQuantPanel * 2;
template <bool Four>
constexpr int64_t kBlockBytes = (Four ? 16 : 32) * kQuantPanel;
template <bool Four>
constexpr int64_t kTileBytes = kScaleBytes + 2 * kBlockBytes<Four>;

// What weights are, and how much of their input is kept.
enum class Kind { eight, fine, four };

// P panels, `panel_bytes` apart, times R rows of x, to sums[r][p][16].
template <int R, int P, Kind K>
inline void panel_products(const uint8_t* panels, int64_t panel_bytes,
                           int64_t tiles, const QuantRows& x, int64_t row,
                           float sums[R][P][kQuantPanel]) {
  constexpr bool kFour = K == Kind::four, kFine = K == Kind::fine;
  constexpr int kAll = P * kVectors;
  const int8_t *numbers[R], *low[R];
  Floats acc[R][kAll];
  for (int r = 0; r < R; ++r) {
    numbers[r] = x.numbers + (row + r) * x.cols;
    if constexpr (kFine) low[r] = x.low + (row + r) * x.cols;
    for (int v = 0; v < kAll; ++v) acc[r][v] = no_floats();
  }
  constexpr int64_t kBytes = kBlockBytes<kFour>;
  for (int64_t t = 0; t < tiles; ++t) {
    const uint8_t* tile = panels + t * kTileBytes<kFour>;
    for (int64_t half = 0; half < 2; ++half) {
      const int64_t b = 2 * t + half;
      const uint8_t* q = tile + kScaleBytes + half * kBytes;
      if constexpr (R <= 2) {
        // Panels follow one another in memory: what comes next is asked for
        // while this is worked on.
        for (int64_t line = 0; line < kBytes; line += 64) {
          __builtin_prefetch(q + kAhead<kFour> + line, 0, kAheadLevel<kFour>);
        }
      }
      const int8_t* in[R];
      for (int r = 0; r < R; ++r) in[r] = numbers[r] + b * kQuantBlock;
      const float* scales = x.scales + b * x.count + row;
      const int32_t* starts = x.starts + b * x.count + row;
      Ints dots[R][kAll];
      if constexpr (kFour) {
        dot_4<R, P>(q, panel_bytes, in, starts, dots);
      } else if constexpr (kFine) {
        // Both bytes in one go: the weights are read once.
        const int8_t* bytes[2 * R];
        for (int r = 0; r < R; ++r) {
          bytes[r] = in[r];
          bytes[R + r] = low[r] + b * kQuantBlock;
        }
        Ints parts[2 * R][kAll];
        dot_8<2 * R, P>(q, panel_bytes, bytes, nullptr, parts);
        for (int r = 0; r < R; ++r) {
          for (int v = 0; v < kAll; ++v) {
            dots[r][v] = of_bytes(parts[r][v], parts[R + r][v], starts[r]);
          }
        }
      } else {
        dot_8<R, P>(q, panel_bytes, in, starts, dots);
      }
      for (int v = 0; v < kAll; ++v) {
        const uint8_t* d_panel = tile + v / kVectors * panel_bytes;
        const Floats d =
            scales_of(d_panel + half * kQuantPanel * 2, v % kVectors);
        for (int r = 0; r < R; ++r) {
          acc[r][v] = fused(dots[r][v], d, scales[r], acc[r][v]);
        }
      }
    }
  }
  for (int r = 0; r < R; ++r) {
    for (int v = 0; v < kAll; ++v) {
      store_floats(sums[r][v / kVectors], v % kVectors, acc[r][v]);
    }
  }
}

// out = sums + bias, or that added to what is there.
inline void put_sums(const float* sums, const float* bias, bool accumulate,
                     int64_t n, float* out) {
  for (int64_t i = 0; i < n; ++i) {
    const float value = bias == nullptr ? sums[i] : sums[i] + bias[i];
    out[i] = accumulate ? out[i] + value : value;
  }
}

template <int R, int P, Kind K>
inline void put_products(const QuantWeights& weights, const QuantRows& x,
                         int64_t row, int64_t output, int64_t end,
                         const QuantTarget& target) {
  const int64_t panel_bytes = weights.tiles * kTileBytes<K == Kind::four>;
  alignas(64) float sums[R][P][kQuantPanel];
  panel_products<R, P, K>(weights.data + output / kQuantPanel * panel_bytes,
                          panel_bytes, weights.tiles, x, row, sums);
  for (int r = 0; r < R; ++r) {
    float* out = target.out + (row + r) * target.stride + output - target.first;
    const float* bias = target.bias == nullptr ? nullptr : target.bias + output;
    const int64_t left = end - output;
    if (left >= P * kQuantPanel) {
      put_sums(sums[r][0], bias, target.accumulate, P * kQuantPanel, out);
    } else {
      put_sums(sums[r][0], bias, target.accumulate, left, out);
    }
  }
}

// P panels times all rows, R at a time.
template <int R, int P, Kind K>
inline void panels_products(const QuantWeights& weights, const QuantRows& x,
                            int64_t output, int64_t end,
                            const QuantTarget& target) {
  int64_t row = 0;
  for (; row + R <= x.count; row += R) {
    put_products<R, P, K>(weights, x, row, output, end, target);
  }
  for (; R > 2 && row + 2 <= x.count; row += 2) {
    put_products<2, P, K>(weights, x, row, output, end, target);
  }
  for (; row < x.count; ++row) {
    put_products<1, P, K>(weights, x, row, output, end, target);
  }
}

template <Kind K>
inline void products_of(const QuantWeights& weights, const QuantRows& x,
                        int64_t begin, int64_t end, const QuantTarget& target) {
  constexpr int64_t kOutputs = kPanels * kQuantPanel;
  int64_t output = begin;
  if constexpr (kPanels > 1) {
    while (x.count >= kManyQuantRows && output + kOutputs <= end) {
      panels_products<kPanelRows, kPanels, K>(weights, x, output, end, target);
      output += kOutputs;
    }
  }
  for (; output < end; output += kQuantPanel) {
    constexpr int kMost = K == Kind::fine ? kFineRows : kRows;
    panels_products<kMost, 1, K>(weights, x, output, end, target);
  }
}

inline void products(const QuantWeights& weights, const QuantRows& x,
                     int64_t begin, int64_t end, const QuantTarget& target) {
  if (weights.four) {
    products_of<Kind::four>(weights, x, begin, end, target);
  } else if (weights.fine) {
    products_of<Kind::fine>(weights, x, begin, end, target);
  } else {
    products_of<Kind::eight>(weights, x, begin, end, target);
  }
}

// The same numbers as quantize_activations gives.
inline void quantize(const float* x, int64_t stride, int64_t width,
                     int64_t begin, int64_t end, const QuantRows& to) {
  const int32_t offset = to.four ? 8 : kOffset8;
  const float whole = to.low == nullptr ? kMostActivation : kMostFineActivation;
  for (int64_t row = begin; row < end; ++row) {
    for (int64_t b = 0; b < to.blocks; ++b) {
      const float* from = x + row * stride + b * kQuantBlock;
      const int64_t left = width - b * kQuantBlock;
      alignas(64) float part[kQuantBlock] = {};
      if (left < kQuantBlock) {
        if (left > 0) {
          __builtin_memcpy(part, from,
                           static_cast<size_t>(left) * sizeof(float));
        }
        from = part;
      }
      if (to.rotated) {
        rotate(from, part);
        from = part;
      }
      const uint32_t most = largest_bits(from);
      float largest;
      __builtin_memcpy(&largest, &most, sizeof(largest));
      const int64_t place = row * to.cols + b * kQuantBlock;
      int8_t* numbers = to.numbers + place;
      int8_t* low = to.low == nullptr ? nullptr : to.low + place;
      const int64_t at = b * to.count + row;
      const bool usable = largest >= kLeastActivation && most < 0x7f800000u;
      if (!usable) {
        __builtin_memset(numbers, 0, kQuantBlock);
        if (low != nullptr) __builtin_memset(low, 0, kQuantBlock);
        to.starts[at] = 0;
      } else if (low == nullptr) {
        to.starts[at] = -offset * round_block(from, whole / largest, numbers);
      } else {
        to.starts[at] =
            -offset * round_fine(from, whole / largest, numbers, low);
      }
      to.scales[at] = largest < kLeastActivation ? 0.0f : largest / whole;
    }
  }
}

inline const QuantKernels* quant_table(const char* name) {
  static const QuantKernels table{name, quantize, products};
  return &table;
}

}  // namespace mamba::MAMBA_QUANT_ISA
