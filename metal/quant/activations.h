// What a product with a quantised matrix does to its input: every 32 numbers
// of a row, rotated if the matrix is (quant/rotation.h), become whole numbers
// with one scale,
//   d = max|x| / most,  q = x · (most / max|x|), rounded to the nearest, even,
// in f32 as written, where most is 127, or 2032 for a matrix whose input is
// `fine`. Blocks whose max|x| is below 2^-100 are 0; a NaN makes d NaN. The
// product of a row x and a row w is then, block after block, in f32:
//   sum = fma(Σ q_x q_w, d_x · d_w, sum)
// The sum of whole numbers is exact (below 2^24), so every backend that adds
// the blocks in their order has the same bits, whatever its vectors are.
#pragma once

#include <cmath>

#include "core/half.h"
#include "quant/rotation.h"

namespace mamba {

constexpr float kMostActivation = 127;
// 16 · 127: two bytes, q = 16 · high + low, with low in [-8, 7].
constexpr float kMostFineActivation = 2032;

// x (n), n ≤ 32, filled up with 0 -> numbers, returns d.
inline float quantize_activations(const Matrix& matrix, const float* x,
                                  int64_t n, int16_t numbers[kQuantBlock]) {
  float values[kQuantBlock] = {};
  for (int64_t i = 0; i < n; ++i) values[i] = x[i];
  if (matrix.rotated) rotate_block(values, kRotatedInput);
  // As whole numbers, so that a NaN is the largest.
  uint32_t bits = 0;
  for (const float value : values) {
    const uint32_t size = float_bits(value) & 0x7fffffffu;
    if (size > bits) bits = size;
  }
  const float largest = bits_float(bits);
  const float most = matrix.fine ? kMostFineActivation : kMostActivation;
  // Beyond these the numbers do not matter: d is infinite or NaN.
  const bool usable = largest >= kLeastActivation && bits < 0x7f800000u;
  const float inverse = usable ? most / largest : 0.0f;
  for (int64_t i = 0; i < kQuantBlock; ++i) {
    const float value = usable ? values[i] * inverse : 0.0f;
    numbers[i] = static_cast<int16_t>(std::nearbyint(value));
  }
  return largest < kLeastActivation ? 0.0f : largest / most;
}

}  // namespace mamba
