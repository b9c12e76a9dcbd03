#include "core/convert.h"

#include <algorithm>
#include <cstring>

#include "core/half.h"

namespace mamba {
namespace {

constexpr int64_t kBlock = 1024;

void widen(const void* from, Dtype dtype, int64_t count, float* to) {
  if (dtype == Dtype::f32) {
    std::memcpy(to, from, static_cast<std::size_t>(count) * 4);
    return;
  }
  uint16_t halves[kBlock];
  std::memcpy(halves, from, static_cast<std::size_t>(count) * 2);
  if (dtype == Dtype::f16) {
    for (int64_t i = 0; i < count; ++i) to[i] = f16_to_f32(halves[i]);
  } else {
    for (int64_t i = 0; i < count; ++i) to[i] = bf16_to_f32(halves[i]);
  }
}

// True if no finite number became infinite.
bool narrow(const float* from, int64_t count, Dtype dtype, void* to) {
  uint16_t halves[kBlock];
  const bool f16 = dtype == Dtype::f16;
  const uint32_t infinity = f16 ? 0x7c00u : 0x7f80u;
  uint32_t overflows = 0;
  for (int64_t i = 0; i < count; ++i) {
    halves[i] = f16 ? f32_to_f16(from[i]) : f32_to_bf16(from[i]);
    overflows |= uint32_t((halves[i] & 0x7fffu) == infinity) &
                 uint32_t((float_bits(from[i]) & 0x7fffffffu) != 0x7f800000u);
  }
  std::memcpy(to, halves, static_cast<std::size_t>(count) * 2);
  return overflows == 0;
}

}  // namespace

bool convert_numbers(const void* from, Dtype from_dtype, void* to,
                     Dtype to_dtype, int64_t count) {
  const int64_t from_size = static_cast<int64_t>(dtype_size(from_dtype));
  const int64_t to_size = static_cast<int64_t>(dtype_size(to_dtype));
  if (from_dtype == to_dtype) {
    std::memcpy(to, from, static_cast<std::size_t>(count * to_size));
    return true;
  }
  const char* source = static_cast<const char*>(from);
  char* target = static_cast<char*>(to);
  bool exact = true;
  float wide[kBlock];
  for (int64_t at = 0; at < count; at += kBlock) {
    const int64_t part = std::min(kBlock, count - at);
    widen(source + at * from_size, from_dtype, part, wide);
    if (to_dtype == Dtype::f32) {
      std::memcpy(target + at * 4, wide, static_cast<std::size_t>(part) * 4);
    } else {
      exact &= narrow(wide, part, to_dtype, target + at * to_size);
    }
  }
  return exact;
}

const char* dtype_name(Dtype dtype) {
  switch (dtype) {
    case Dtype::f32:
      return "F32";
    case Dtype::f16:
      return "F16";
    case Dtype::bf16:
      return "BF16";
    case Dtype::q8:
      return "Q8";
    case Dtype::q4:
      return "Q4";
  }
  return "?";
}

}  // namespace mamba
