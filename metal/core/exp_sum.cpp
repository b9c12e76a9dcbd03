#include "core/exp_sum.h"

#include <algorithm>
#include <cstring>

#include "core/half.h"

namespace mamba {
namespace {

// What every machine that we build for has in one register. Compilers do not
// vectorise sums of floats by themselves: it changes their order.
typedef float Floats __attribute__((vector_size(16)));
typedef int32_t Ints __attribute__((vector_size(16)));
constexpr int64_t kWidth = 4;
// Short f32 sums go into a double: exact enough, and fast.
constexpr int64_t kBlock = 512;

Floats splat(float x) { return Floats{x, x, x, x}; }

Floats load(const float* from) {
  Floats x;
  std::memcpy(&x, from, sizeof x);
  return x;
}

// The last values of an array, filled up to four.
Floats load_rest(const float* from, int64_t n, float filler) {
  Floats x = splat(filler);
  std::memcpy(&x, from, static_cast<std::size_t>(n) * sizeof(float));
  return x;
}

template <typename To, typename From>
To cast_bits(From from) {
  To to;
  static_assert(sizeof to == sizeof from, "same bits");
  std::memcpy(&to, &from, sizeof to);
  return to;
}

Floats select(Ints mask, Floats yes, Floats no) {
  return cast_bits<Floats>((mask & cast_bits<Ints>(yes)) |
                           (~mask & cast_bits<Ints>(no)));
}

Floats larger(Floats a, Floats b) { return select(a > b, a, b); }

// 2^k times a polynomial for exp(r), |r| ≤ log(2)/2.
Floats exp4(Floats x) {
  const Ints normal = x > splat(-87.0f);
  const Floats clamped = select(normal, x, splat(-87.0f));
  // Adding 1.5 · 2^23 rounds to a whole number, left in the low bits.
  const Floats shifted = clamped * 1.44269504f + 12582912.0f;
  const Floats k = shifted - 12582912.0f;
  const Floats r = (clamped - k * 0.693359375f) + k * 2.12194440e-4f;
  Floats p = splat(1.0f / 5040);
  p = p * r + 1.0f / 720;
  p = p * r + 1.0f / 120;
  p = p * r + 1.0f / 24;
  p = p * r + 1.0f / 6;
  p = p * r + 0.5f;
  p = p * r + 1.0f;
  p = p * r + 1.0f;
  const Ints scaled = cast_bits<Ints>(p) + (cast_bits<Ints>(shifted) << 23);
  return cast_bits<Floats>(normal & scaled);
}

// Σ value(numbers[i …]); `filler` has the value 0.
template <typename Value>
double sum_values(const float* numbers, int64_t n, float filler,
                  const Value& value) {
  double total = 0;
  for (int64_t begin = 0; begin < n; begin += kBlock) {
    const int64_t end = std::min(n, begin + kBlock);
    Floats sums = splat(0), other = splat(0);
    int64_t i = begin;
    for (; i + 2 * kWidth <= end; i += 2 * kWidth) {
      sums += value(load(numbers + i));
      other += value(load(numbers + i + kWidth));
    }
    for (; i < end; i += kWidth) {
      const int64_t rest = std::min(kWidth, end - i);
      sums += value(load_rest(numbers + i, rest, filler));
    }
    sums += other;
    total += (double(sums[0]) + double(sums[1])) +
             (double(sums[2]) + double(sums[3]));
  }
  return total;
}

}  // namespace

float exp_below_zero(float x) { return exp4(splat(x))[0]; }

float find_max(const float* logits, int64_t n) {
  Floats most = splat(logits[0]), other = most;
  int64_t i = 0;
  for (; i + 2 * kWidth <= n; i += 2 * kWidth) {
    most = larger(load(logits + i), most);
    other = larger(load(logits + i + kWidth), other);
  }
  for (; i < n; i += kWidth) {
    most =
        larger(load_rest(logits + i, std::min(kWidth, n - i), logits[0]), most);
  }
  most = larger(most, other);
  return std::max(std::max(most[0], most[1]), std::max(most[2], most[3]));
}

bool has_bad_logit(const float* logits, int64_t n) {
  uint32_t bad = 0;
  for (int64_t i = 0; i < n; ++i) {
    // Fails for NaN too.
    bad |= uint32_t(!(logits[i] < bits_float(0x7f800000u)));
  }
  return bad != 0;
}

double sum_exp(const float* logits, int64_t n, float max) {
  return sum_values(logits, n, -bits_float(0x7f800000u),
                    [=](Floats x) { return exp4(x - max); });
}

void make_weights(const float* logits, int64_t n, float max, float temperature,
                  float* weights) {
  int64_t i = 0;
  for (; i + kWidth <= n; i += kWidth) {
    const Floats x = exp4((load(logits + i) - max) / temperature);
    std::memcpy(weights + i, &x, sizeof x);
  }
  for (; i < n; ++i)
    weights[i] = exp_below_zero((logits[i] - max) / temperature);
}

double sum_weights(const float* weights, int64_t n) {
  return sum_values(weights, n, 0, [](Floats x) { return x; });
}

}  // namespace mamba
