// f16 and bf16 <-> f32, one number at a time, rounding to nearest even.
#pragma once

#include <cstdint>
#include <cstring>

#include "core/tensor.h"

namespace mamba {

inline uint32_t float_bits(float value) {
  uint32_t bits;
  std::memcpy(&bits, &value, 4);
  return bits;
}

inline float bits_float(uint32_t bits) {
  float value;
  std::memcpy(&value, &bits, 4);
  return value;
}

inline float f16_to_f32(uint16_t half) {
  const uint32_t sign = static_cast<uint32_t>(half & 0x8000u) << 16;
  const uint32_t rest = half & 0x7fffu;
  if (rest >= 0x7c00u) {  // infinity and NaN
    return bits_float(sign | 0x7f800000u | ((rest & 0x3ffu) << 13));
  }
  // As if the bits were an f32 with the exponent 112 too small: 2^112 repairs
  // normal and subnormal numbers alike, exactly.
  const float scaled = bits_float(rest << 13) * bits_float(0x77800000u);
  return bits_float(sign | float_bits(scaled));
}

inline uint16_t f32_to_f16(float value) {
  const uint32_t bits = float_bits(value);
  const uint32_t sign = (bits >> 16) & 0x8000u;
  const uint32_t rest = bits & 0x7fffffffu;
  if (rest > 0x7f800000u) {  // NaN stays NaN
    return static_cast<uint16_t>(sign | 0x7e00u | ((rest >> 13) & 0x3ffu));
  }
  if (rest >= 0x477ff000u) return static_cast<uint16_t>(sign | 0x7c00u);
  if (rest < 0x38800000u) {  // subnormal: the unit is 2^-24
    // Adding 0.5 leaves the number, rounded to units, in the low bits.
    const float moved = bits_float(rest) + 0.5f;
    return static_cast<uint16_t>(sign | (float_bits(moved) - 0x3f000000u));
  }
  const uint32_t rounded = rest + 0xfffu + ((rest >> 13) & 1u);
  return static_cast<uint16_t>(sign | ((rounded - 0x38000000u) >> 13));
}

inline float bf16_to_f32(uint16_t half) {
  return bits_float(static_cast<uint32_t>(half) << 16);
}

inline uint16_t f32_to_bf16(float value) {
  const uint32_t bits = float_bits(value);
  if ((bits & 0x7fffffffu) > 0x7f800000u) {  // NaN stays NaN
    return static_cast<uint16_t>((bits >> 16) | 0x40u);
  }
  return static_cast<uint16_t>((bits + 0x7fffu + ((bits >> 16) & 1u)) >> 16);
}

// Number `index` of an array in any format. The array may be unaligned.
inline float load_number(const void* data, Dtype dtype, int64_t index) {
  const char* at =
      static_cast<const char*>(data) + index * int64_t(dtype_size(dtype));
  if (dtype == Dtype::f32) {
    float value;
    std::memcpy(&value, at, 4);
    return value;
  }
  uint16_t half;
  std::memcpy(&half, at, 2);
  return dtype == Dtype::f16 ? f16_to_f32(half) : bf16_to_f32(half);
}

}  // namespace mamba
