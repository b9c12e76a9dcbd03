// What a product with a quantised matrix does to its input, as
// quant/activations.h defines it; a SIMD-group has a block, a number a lane.
#pragma once
#include <metal_stdlib>
using namespace metal;

struct QuantisedInput {
  float number;  // whole, within 127
  float scale;   // of the block
};

inline QuantisedInput quantise(float value) {
  const float least = 7.888609052210118e-31f;  // 2^-100
  // As whole numbers, so that a NaN is the largest.
  const uint most = simd_max(as_type<uint>(value) & 0x7fffffffu);
  const float largest = as_type<float>(most);
  const bool usable = largest >= least && most < 0x7f800000u;
  return {usable ? rint(value * (127.0f / largest)) : 0.0f,
          largest < least ? 0.0f : largest / 127.0f};
}
