// Numbers of weights in any format, as f32.
#pragma once
#include <metal_stdlib>
using namespace metal;

// The upper half of an f32.
struct bf16 {
  ushort bits;
};

inline float widen(float value) { return value; }
inline float widen(half value) { return float(value); }
inline float widen(bf16 value) {
  return as_type<float>(uint(value.bits) << 16);
}

// Four numbers from a place that is aligned to four of them.
inline float4 load4(device const float* from) {
  return *reinterpret_cast<device const float4*>(from);
}
inline float4 load4(device const half* from) {
  return float4(*reinterpret_cast<device const half4*>(from));
}
inline float4 load4(device const bf16* from) {
  const ushort4 bits = *reinterpret_cast<device const ushort4*>(from);
  return as_type<float4>(uint4(bits) << 16);
}
