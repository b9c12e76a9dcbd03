// Number formats: f32, f16 and bf16 into one another.
#include <cmath>
#include <cstring>
#include <limits>
#include <vector>

#include "core/convert.h"
#include "core/half.h"
#include "harness.h"

namespace {

using mamba::Dtype;

TEST("f16_to_f32() and f32_to_f16() agree on every f16 number") {
  for (uint32_t half = 0; half < 65536; ++half) {
    const float wide = mamba::f16_to_f32(uint16_t(half));
    const int exponent = (half >> 10) & 31;
    const double fraction = (half & 1023) / 1024.0;
    const double sign = half & 0x8000 ? -1 : 1;
    if (exponent == 31) {
      CHECK((half & 1023) ? std::isnan(wide) : std::isinf(wide));
    } else {
      CHECK(wide == sign * (exponent == 0
                                ? std::ldexp(fraction, -14)
                                : std::ldexp(1 + fraction, exponent - 15)));
    }
    if (exponent == 31 && (half & 1023)) {
      CHECK(std::isnan(mamba::f16_to_f32(mamba::f32_to_f16(wide))));
    } else {
      CHECK(mamba::f32_to_f16(wide) == half);
    }
  }
}

TEST("f32_to_f16() rounds to nearest, ties to even") {
  CHECK(mamba::f32_to_f16(1 + 0x1p-11f) == 0x3c00);      // tie: even below
  CHECK(mamba::f32_to_f16(1 + 0x3p-11f) == 0x3c02);      // tie: even above
  CHECK(mamba::f32_to_f16(1 + 0x1.002p-11f) == 0x3c01);  // above the tie
  CHECK(mamba::f32_to_f16(0x1p-25f) == 0);               // tie: zero
  CHECK(mamba::f32_to_f16(0x1.8p-25f) == 1);             // smallest
  CHECK(mamba::f32_to_f16(0x3p-25f) == 2);               // tie: even above
  CHECK(mamba::f32_to_f16(65519.0f) == 0x7bff);          // largest
  CHECK(mamba::f32_to_f16(65520.0f) == 0x7c00);          // infinity
  CHECK(mamba::f32_to_f16(-0.0f) == 0x8000);
}

TEST("f32_to_bf16() rounds to nearest, ties to even") {
  CHECK(mamba::f32_to_bf16(1 + 0x1p-8f) == 0x3f80);
  CHECK(mamba::f32_to_bf16(1 + 0x3p-8f) == 0x3f82);
  CHECK(mamba::f32_to_bf16(1 + 0x1.02p-8f) == 0x3f81);
  CHECK(mamba::f32_to_bf16(3.4e38f) == 0x7f80);
  CHECK(std::isnan(
      mamba::bf16_to_f32(mamba::f32_to_bf16(mamba::bits_float(0x7f800001u)))));
  for (uint32_t half = 0; half < 0x7f80; ++half) {
    CHECK(mamba::f32_to_bf16(mamba::bf16_to_f32(uint16_t(half))) == half);
  }
}

TEST("convert_numbers() tells when a finite number becomes infinite") {
  std::vector<float> wide(3000, 1.0f);
  std::vector<uint16_t> halves(wide.size());
  const auto convert = [&](Dtype dtype) {
    return mamba::convert_numbers(wide.data(), Dtype::f32, halves.data(), dtype,
                                  int64_t(wide.size()));
  };
  CHECK(convert(Dtype::f16));
  wide[2999] = std::numeric_limits<float>::infinity();
  CHECK(convert(Dtype::f16));
  wide[1500] = 1e5f;
  CHECK(!convert(Dtype::f16));
  CHECK(convert(Dtype::bf16));
}

}  // namespace

int main() { return test::run_all(); }
