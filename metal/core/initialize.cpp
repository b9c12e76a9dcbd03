#include "core/initialize.h"

#include <algorithm>
#include <cmath>

#include "core/hash.h"

namespace mamba {
namespace {

constexpr double kLn2 = 0.693147180559945309417232;
constexpr double kPi = 3.14159265358979323846;

// The logarithm, exponential, sine and cosine of a system's library differ in
// the last bits from another's. These use only operations that IEEE 754 fixes.

// log x = e log 2 + 2 (s + s³/3 + s⁵/5 …), s = (m - 1)/(m + 1), x = m 2^e
double exact_log(double x) {
  int exponent;
  double m = std::frexp(x, &exponent);
  if (m < 0.7071067811865476) {
    m *= 2;
    --exponent;
  }
  const double s = (m - 1) / (m + 1);
  const double square = s * s;
  double sum = 0;
  for (int k = 23; k >= 1; k -= 2) sum = sum * square + 1.0 / k;
  return exponent * kLn2 + 2 * s * sum;
}

// exp x = 2^k Σ r^i/i!, |r| ≤ log(2)/2
double exact_exp(double x) {
  const double k = std::floor(x / kLn2 + 0.5);
  const double r = x - k * kLn2;
  double sum = 1;
  for (int i = 18; i >= 1; --i) sum = 1 + sum * r / i;
  return std::ldexp(sum, static_cast<int>(k));
}

// Sine and cosine of a whole turn times u, u in [0, 1).
void exact_sincos(double u, double* sine, double* cosine) {
  const double eighths = std::floor(u * 4 + 0.5);
  const double angle = (u - eighths / 4) * (2 * kPi);  // |angle| ≤ π/4
  const double square = angle * angle;
  double s = 0, c = 0;
  for (int i = 8; i >= 1; --i) {
    s = (1 - s) * square / ((2 * i) * (2 * i + 1));
    c = (1 - c) * square / ((2 * i - 1) * (2 * i));
  }
  s = angle * (1 - s);
  c = 1 - c;
  switch (static_cast<int>(eighths) & 3) {
    case 0:
      *sine = s, *cosine = c;
      break;
    case 1:
      *sine = c, *cosine = -s;
      break;
    case 2:
      *sine = -s, *cosine = -c;
      break;
    default:
      *sine = -c, *cosine = s;
      break;
  }
}

// Number i of the stream of a key: SplitMix64 at any place of its sequence.
class Stream {
 public:
  Stream(uint64_t seed, const std::string& name) {
    Hash hash;
    hash.add(&seed, sizeof seed);
    hash.add(name.data(), name.size());
    key_ = hash.value();
  }
  // In [0, 1), a multiple of 2^-53.
  double uniform(int64_t index) const {
    return static_cast<double>(bits(index) >> 11) * 0x1p-53;
  }

 private:
  uint64_t bits(int64_t index) const {
    return mix64(key_ +
                 (static_cast<uint64_t>(index) + 1) * 0x9e3779b97f4a7c15u);
  }
  uint64_t key_;
};

// Two normal numbers from two uniform ones (Box & Muller 1958).
void normal_pair(const Stream& stream, int64_t index, double* pair) {
  // 1 - u: never 0.
  const double radius = std::sqrt(-2 * exact_log(1 - stream.uniform(index)));
  exact_sincos(stream.uniform(index + 1), &pair[1], &pair[0]);
  pair[0] *= radius;
  pair[1] *= radius;
}

void fill_normal(const Stream& stream, double scale, int64_t begin, int64_t end,
                 float* out) {
  for (int64_t i = begin; i < end; i += 2) {
    double pair[2];
    normal_pair(stream, i, pair);
    *out++ = static_cast<float>(scale * pair[0]);
    if (i + 1 < end) *out++ = static_cast<float>(scale * pair[1]);
  }
}

// The number whose softplus is dt: dt + log(1 - exp(-dt)).
double dt_bias_value(double u) {
  const double low = exact_log(0.001), high = exact_log(0.1);
  const double dt = std::max(exact_exp(low + u * (high - low)), 1e-4);
  return dt + exact_log(1 - exact_exp(-dt));
}

}  // namespace

void fill_tensor(const TensorSpec& spec, uint64_t seed, int64_t begin,
                 int64_t end, float* out) {
  const Stream stream(seed, spec.name);
  const auto each = [&](auto value) {
    for (int64_t i = begin; i < end; ++i) {
      out[i - begin] = static_cast<float>(value(i));
    }
  };
  switch (spec.fill) {
    case Fill::zeros:
      return each([](int64_t) { return 0.0; });
    case Fill::ones:
      return each([](int64_t) { return 1.0; });
    case Fill::normal:
      return fill_normal(stream, spec.scale, begin, end, out);
    case Fill::uniform:
      return each(
          [&](int64_t i) { return spec.scale * (2 * stream.uniform(i) - 1); });
    case Fill::a_log_range: {
      const auto columns = static_cast<int64_t>(spec.shape.back());
      return each([&](int64_t i) {
        return exact_log(static_cast<double>(i % columns + 1));
      });
    }
    case Fill::a_log_random:
      return each(
          [&](int64_t i) { return exact_log(1 + 15 * stream.uniform(i)); });
    case Fill::dt_bias:
      return each([&](int64_t i) { return dt_bias_value(stream.uniform(i)); });
  }
}

}  // namespace mamba
