#include "core/cutoff.h"

#include <algorithm>
#include <cmath>

#include "core/half.h"

namespace mamba {
namespace {

// A key is looked at 11, 11 and 10 bits at a time, from the top.
constexpr int kDigitBits[] = {11, 11, 10};
constexpr std::size_t kMostDigits = 2048;

// From the maximum, in units of the temperature.
constexpr float kDistances[] = {4, 8, 12,
                                std::numeric_limits<float>::infinity()};

// Bits that have the order of the floats; no NaN. -0 and 0 are one number.
uint32_t order_key(float logit) {
  const uint32_t bits = float_bits(logit + 0.0f);  // -0 becomes 0
  return bits & 0x80000000u ? ~bits : bits | 0x80000000u;
}

float key_logit(uint32_t key) {
  return bits_float(key & 0x80000000u ? key & 0x7fffffffu : ~key);
}

}  // namespace

// Takes the tokens near the maximum if they reach the goal, else ones farther
// away, at last all: most distributions have few that count.
template <typename Measure>
void CutoffFinder::gather(const Input& input, double goal,
                          const Measure& measure) {
  candidates_.resize(static_cast<std::size_t>(input.n));
  for (const float distance : kDistances) {
    const float floor = input.max - distance * input.temperature;
    double sum = 0;
    size_ = 0;
    for (int64_t i = 0; i < input.n; ++i) {
      // Written always and kept sometimes: there is no pattern to predict.
      const bool in = input.logits[i] >= floor;
      candidates_[size_] = {order_key(input.logits[i]), input.weights[i]};
      sum += in ? measure(candidates_[size_]) : 0;
      size_ += in;
    }
    if (sum >= goal) return;
  }
}

// Each round sums the measures by the keys' next digit, walks down from the
// highest digit to the one where the goal is reached, and keeps the candidates
// with that digit. After the last round those have one and the same key.
template <typename Measure>
Cutoff CutoffFinder::search(const Input& input, double goal,
                            const Measure& measure) {
  gather(input, goal, measure);
  uint32_t key = 0;
  double reached = 0;
  int shift = 32;
  for (const int bits : kDigitBits) {
    shift -= bits;
    const uint32_t mask = (1u << bits) - 1;
    sums_.assign(kMostDigits, 0);
    uint32_t lowest = mask;
    for (std::size_t i = 0; i < size_; ++i) {
      const uint32_t digit = (candidates_[i].key >> shift) & mask;
      sums_[digit] += measure(candidates_[i]);
      lowest = std::min(lowest, digit);
    }
    uint32_t digit = mask;
    while (digit > lowest && reached + sums_[digit] < goal) {
      reached += sums_[digit--];
    }
    key |= digit << shift;
    std::size_t kept = 0;
    for (std::size_t i = 0; i < size_; ++i) {
      const Candidate candidate = candidates_[i];
      candidates_[kept] = candidate;
      kept += ((candidate.key >> shift) & mask) == digit;
    }
    size_ = kept;
  }
  Cutoff cutoff;
  cutoff.logit = key_logit(key);
  // Equal logits have equal measures.
  const double each = measure(candidates_.front());
  const double wanted = each > 0 ? std::ceil((goal - reached) / each) : 1;
  cutoff.ties =
      static_cast<int64_t>(std::clamp(wanted, 1.0, static_cast<double>(size_)));
  return cutoff;
}

Cutoff CutoffFinder::best(const Input& input, int64_t count) {
  if (count >= input.n) return Cutoff{};
  return search(input, static_cast<double>(count),
                [](const Candidate&) { return 1.0; });
}

Cutoff CutoffFinder::heaviest(const Input& input, double mass) {
  return search(input, mass, [](const Candidate& candidate) {
    return double(candidate.weight);
  });
}

void apply_cutoff(Cutoff cutoff, const float* logits, int64_t n,
                  float* weights) {
  for (int64_t i = 0; i < n; ++i) {
    weights[i] = logits[i] >= cutoff.logit ? weights[i] : 0;
  }
  for (int64_t i = 0; i < n; ++i) {
    if (logits[i] == cutoff.logit && --cutoff.ties < 0) weights[i] = 0;
  }
}

}  // namespace mamba
