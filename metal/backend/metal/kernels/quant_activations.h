// What a product with a quantised matrix does to its input, as
// quant/activations.h defines it; a SIMD-group has a block, a number a lane.
#pragma once
#include <metal_stdlib>
using namespace metal;

struct QuantisedInput {
  float number;  // whole, at most 127, or 2032 of a fine input
  float scale;   // of the block
};

// As quant/rotation.h does.
inline float rotate(float value, uint lane) {
#pragma unroll
  for (uint apart = 16; apart > 0; apart /= 2) {
    const float across = simd_shuffle_xor(value, ushort(apart));
    value = (lane & apart) != 0 ? across - value : value + across;
  }
  return value * 0.25f;
}

inline QuantisedInput quantise(float value, bool rotated, bool fine,
                               uint lane) {
  const float least = 7.888609052210118e-31f;  // 2^-100
  if (rotated) value = rotate(value, lane);
  // As whole numbers, so that a NaN is the largest.
  const uint bits = simd_max(as_type<uint>(value) & 0x7fffffffu);
  const float largest = as_type<float>(bits);
  const float most = fine ? 2032.0f : 127.0f;
  const bool usable = largest >= least && bits < 0x7f800000u;
  return {usable ? rint(value * (most / largest)) : 0.0f,
          largest < least ? 0.0f : largest / most};
}
