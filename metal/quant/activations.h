// What a product with a quantised matrix does to its input: every 32 numbers
// of a row become whole numbers with one scale,
//   d = max|x| / 127,  q = x · (127 / max|x|), rounded to the nearest, even,
// in f32 as written. Blocks whose max|x| is below 2^-100 are 0; a NaN makes d
// NaN. The product of a row x and a row w is then, block after block, in f32:
//   sum = fma(Σ q_x q_w, d_x · d_w, sum)
// The sum of whole numbers is exact (below 2^24), so every backend that adds
// the blocks in their order has the same bits, whatever its vectors are.
#pragma once

#include <cmath>

#include "core/half.h"
#include "quant/layout.h"

namespace mamba {

// x (n), n ≤ 32, filled up with 0 -> numbers, returns d.
inline float quantize_activations(const float* x, int64_t n,
                                  int8_t numbers[kQuantBlock]) {
  // As whole numbers, so that a NaN is the largest.
  uint32_t most = 0;
  for (int64_t i = 0; i < n; ++i) {
    const uint32_t bits = float_bits(x[i]) & 0x7fffffffu;
    if (bits > most) most = bits;
  }
  const float largest = bits_float(most);
  // Beyond these the numbers do not matter: d is infinite or NaN.
  const bool usable = largest >= kLeastActivation && most < 0x7f800000u;
  const float inverse = usable ? 127.0f / largest : 0.0f;
  for (int64_t i = 0; i < kQuantBlock; ++i) {
    const float value = i < n && usable ? x[i] * inverse : 0.0f;
    numbers[i] = static_cast<int8_t>(std::nearbyint(value));
  }
  return largest < kLeastActivation ? 0.0f : largest / 127.0f;
}

}  // namespace mamba
