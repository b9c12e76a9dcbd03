// Functions of numbers and vectors, against double precision and plain loops.
#include <algorithm>
#include <cstring>

#include "call.h"

using runtime::Call;
using runtime::Numbers;
using runtime::run_right;

namespace {

constexpr uint32_t kCount = 100;

template <class To, class From>
To bits_of(From from) {
  To to;
  std::memcpy(&to, &from, sizeof to);
  return to;
}

std::vector<double> elementary(double a) {
  const double positive = std::fabs(a);
  return {std::exp(a),
          std::exp2(a),
          std::log(positive),
          std::log2(positive),
          std::sqrt(positive),
          std::sin(a),
          std::cos(a),
          std::tanh(a),
          positive,
          std::floor(a),
          std::ceil(a),
          std::trunc(a),
          1.0 / std::sqrt(positive),
          a - std::floor(a),
          a > 0 ? 1.0 : -1.0,
          std::clamp(a, 0.0, 1.0),
          std::pow(positive, a),
          std::fmod(a, 3.0),
          a * a + a,
          std::exp(a),
          std::log2(positive)};
}

}  // namespace

TEST("exp() and the like are those of float") {
  std::vector<float> x = Numbers().many(kCount, 5.0f), out(21 * kCount);
  Call call("elementary");
  call.buffer(0, x).buffer(1, out).bytes(2, &kCount, 4);
  run_right(call.grid(kCount).threads(32).exact());
  for (uint32_t i = 0; i < kCount; ++i) {
    const std::vector<double> wanted = elementary(x[i]);
    for (std::size_t f = 0; f < wanted.size(); ++f) {
      const double error = std::fabs(out[f * kCount + i] - wanted[f]);
      CHECK(error <= 1e-6 * (1.0 + std::fabs(wanted[f])));
    }
  }
}

TEST("arithmetic in half rounds after each operation") {
  std::vector<_Float16> x(kCount), out(4 * kCount);
  Numbers numbers;
  for (_Float16& value : x) value = static_cast<_Float16>(numbers.next() * 3);
  Call call("halves");
  call.buffer(0, x).buffer(1, out).bytes(2, &kCount, 4);
  run_right(call.grid(kCount).threads(50).exact());
  const auto round = [](double value) {
    return static_cast<double>(static_cast<_Float16>(value));
  };
  const double tenth = round(0.1);
  for (uint32_t i = 0; i < kCount; ++i) {
    const double a = static_cast<double>(x[i]);
    CHECK(static_cast<double>(out[i]) == round(a * a));
    CHECK(static_cast<double>(out[kCount + i]) == round(a + round(a * a)));
    CHECK(static_cast<double>(out[2 * kCount + i]) == round(std::exp(a)));
    CHECK(static_cast<double>(out[3 * kCount + i]) ==
          round(round(a * tenth) + 1.0));
  }
}

TEST("min(), max(), clamp() and select() take the type of their arguments") {
  std::vector<int32_t> x(2 * kCount), out(8 * kCount);
  for (uint32_t i = 0; i < 2 * kCount; ++i) x[i] = int32_t(i * 37 % 19) - 9;
  Call call("comparisons");
  call.buffer(0, x).buffer(1, out);
  run_right(call.grid(kCount).threads(64).exact());
  for (uint32_t i = 0; i < kCount; ++i) {
    const int32_t a = x[2 * i], b = x[2 * i + 1];
    const int32_t* row = &out[8 * i];
    CHECK(row[0] == std::min(a, b));
    CHECK(row[1] == std::max(a, b));
    CHECK(row[2] == std::clamp(a, -3, 3));
    CHECK(row[3] == (a < b ? b : a));
    CHECK(row[4] == std::min(a, b));
    CHECK(row[5] == std::abs(a));
    CHECK(row[6] == int32_t(std::max(uint32_t(a), uint32_t(b))));
    CHECK(row[7] == std::abs(a));
  }
}

TEST("popcount() and the like count and move bits") {
  std::vector<uint32_t> x(kCount), out(8 * kCount);
  // All of them are the bits of finite floats and halves.
  for (uint32_t i = 0; i < kCount; ++i) x[i] = (i * 2654435761u) & 0x3fff3fff;
  x[0] = 0;
  Call call("bits");
  call.buffer(0, x).buffer(1, out);
  run_right(call.grid(kCount).threads(kCount).exact());
  for (uint32_t i = 0; i < kCount; ++i) {
    const uint32_t a = x[i];
    uint32_t ones = 0, leading = 32, trailing = 32;
    for (uint32_t bit = 0; bit < 32; ++bit) {
      if ((a >> bit & 1) == 0) continue;
      ++ones;
      leading = 31 - bit;
      trailing = std::min(trailing, bit);
    }
    const uint32_t* row = &out[8 * i];
    CHECK(row[0] == ones);
    CHECK(row[1] == leading);
    CHECK(row[2] == trailing);
    CHECK(row[3] == bits_of<uint32_t>(bits_of<float>(a) * 2.0f));
    const _Float16 low = bits_of<_Float16>(uint16_t(a));
    CHECK(row[4] == bits_of<uint16_t>(static_cast<_Float16>(low + 1)));
    CHECK(row[5] == a / 8 % 128);
    CHECK(row[6] == uint32_t(uint64_t(a) * 0x80000001u >> 32));
    CHECK(row[7] == (a >> 16 | a << 16));
  }
}

TEST("vectors have swizzles, operators and packed forms") {
  struct Packed {
    float three[3];
    int8_t bytes[4];
    _Float16 two[2];
  };
  std::vector<float> x = Numbers().many(4 * kCount, 3.0f), out(16 * kCount);
  std::vector<Packed> packed(kCount);
  Call call("vectors");
  call.buffer(0, x).buffer(1, out).buffer(2, packed);
  run_right(call.grid(kCount / 4).threads(4));
  for (uint32_t i = 0; i < kCount; ++i) {
    const float* a = &x[4 * i];
    const float* row = &out[16 * i];
    float b[4];
    for (int k = 0; k < 4; ++k) b[k] = a[3 - k] * 2.0f - a[k] / 4.0f;
    b[0] += a[2];
    b[1] += a[3];
    float dots[2] = {};
    for (int k = 0; k < 4; ++k) {
      CHECK(row[k] == b[k]);
      CHECK(row[4 + k] == std::fabs(a[k]));
      dots[0] += a[k] * b[k];
      if (k < 3) dots[1] += a[k] * b[k + 1];
      const float wanted = float(int(a[k] * 10.0f) % 3) +
                           std::clamp(a[k], -0.5f, 0.5f) +
                           std::max(a[k], 0.25f) + 1.0f;
      CHECK(row[12 + k] == wanted);
    }
    CHECK(row[8] == dots[0]);
    CHECK(row[9] == dots[1]);
    CHECK(row[10] == float(*std::max_element(a, a + 4) > 1.0f));
    CHECK(row[11] == 1.0f);
    CHECK(packed[i].three[1] == a[1]);
    CHECK(packed[i].three[2] == a[0] + a[1] + a[2]);
    CHECK(packed[i].bytes[0] == int8_t(a[0]) && packed[i].bytes[3] == -3);
    CHECK(packed[i].two[1] == static_cast<_Float16>(a[3]));
  }
}
