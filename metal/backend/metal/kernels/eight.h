// Eight numbers that lie side by side: what a lane loads of weights at once.
#pragma once
#include <metal_stdlib>
using namespace metal;

#include "vectors.h"

struct Eight {
  float4 low, high;
};

// From a place that is aligned to 16 bytes.
inline Eight load_eight(device const float* from) {
  return {load4(from), load4(from + 4)};
}
inline Eight load_eight(device const half* from) {
  const uint4 bits = *reinterpret_cast<device const uint4*>(from);
  return {float4(as_type<half4>(bits.xy)), float4(as_type<half4>(bits.zw))};
}
inline float4 widen_four(uint2 bits) {
  return as_type<float4>(uint4(bits.x << 16, bits.x & 0xffff0000u, bits.y << 16,
                               bits.y & 0xffff0000u));
}
inline Eight load_eight(device const bf16* from) {
  const uint4 bits = *reinterpret_cast<device const uint4*>(from);
  return {widen_four(bits.xy), widen_four(bits.zw)};
}

// From anywhere: the first `count`, then zeros.
template <typename T>
inline Eight load_some(device const T* from, uint count) {
  Eight values = {float4(0.0f), float4(0.0f)};
  for (uint i = 0; i < min(count, 4u); ++i) values.low[i] = widen(from[i]);
  for (uint i = 4; i < min(count, 8u); ++i) values.high[i - 4] = widen(from[i]);
  return values;
}

// sum + a · b, one number after the other.
inline float add_products(Eight a, Eight b, float sum) {
#pragma unroll
  for (uint i = 0; i < 4; ++i) sum = fma(a.low[i], b.low[i], sum);
#pragma unroll
  for (uint i = 0; i < 4; ++i) sum = fma(a.high[i], b.high[i], sum);
  return sum;
}
