#include "train/adamw.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "core/parallel.h"

namespace mamba {
namespace {

// Numbers that are summed, or stepped, at a time.
constexpr int64_t kBlock = int64_t{1} << 14;

double sum_of_squares(const float* x, int64_t count) {
  double sums[8] = {};
  int64_t i = 0;
  for (; i + 8 <= count; i += 8) {
    for (int64_t j = 0; j < 8; ++j) {
      sums[j] += static_cast<double>(x[i + j]) * static_cast<double>(x[i + j]);
    }
  }
  for (; i < count; ++i) sums[0] += static_cast<double>(x[i]) * double(x[i]);
  return ((sums[0] + sums[4]) + (sums[1] + sums[5])) +
         ((sums[2] + sums[6]) + (sums[3] + sums[7]));
}

// What a step's numbers have in common.
struct Factors {
  float gradient;    // clipping
  float decay;       // 1 - learning rate · weight decay
  float step;        // learning rate / (1 - beta1^step)
  float correction;  // 1 / sqrt(1 - beta2^step)
  float beta1, rest1, beta2, rest2, eps;
};

void step_range(const Parameter& p, const Factors& f, int64_t begin,
                int64_t end) {
  float* __restrict weights = p.weights;
  const float* __restrict gradients = p.gradients;
  float* __restrict first = p.first_moments;
  float* __restrict second = p.second_moments;
  const float decay = p.decays ? f.decay : 1.0f;
  for (int64_t i = begin; i < end; ++i) {
    const float g = gradients[i] * f.gradient;
    const float m = f.beta1 * first[i] + f.rest1 * g;
    const float v = f.beta2 * second[i] + f.rest2 * g * g;
    first[i] = m;
    second[i] = v;
    weights[i] =
        weights[i] * decay - f.step * m / (std::sqrt(v) * f.correction + f.eps);
  }
}

}  // namespace

double gradient_norm(ThreadPool& pool, const Parameters& parameters) {
  double total = 0;
  std::vector<double> sums;
  for (const Parameter& p : parameters.list()) {
    if (p.gradients == nullptr) continue;
    const int64_t blocks = (p.count + kBlock - 1) / kBlock;
    sums.assign(static_cast<std::size_t>(blocks), 0);
    parallel_ranges(pool, blocks, 1, [&](int64_t begin, int64_t end) {
      for (int64_t b = begin; b < end; ++b) {
        const int64_t at = b * kBlock;
        sums[static_cast<std::size_t>(b)] =
            sum_of_squares(p.gradients + at, std::min(kBlock, p.count - at));
      }
    });
    for (const double sum : sums) total += sum;
  }
  return std::sqrt(total);
}

void adamw_step(ThreadPool& pool, const Parameters& parameters,
                const AdamW& options, uint64_t step, double norm) {
  const auto n = static_cast<double>(step);
  const double rate = options.learning_rate;
  const bool clips = options.max_norm > 0 && norm > options.max_norm;
  Factors f;
  f.gradient = clips ? static_cast<float>(options.max_norm / norm) : 1.0f;
  f.decay = static_cast<float>(1 - rate * options.weight_decay);
  f.step = static_cast<float>(rate / (1 - std::pow(double(options.beta1), n)));
  f.correction =
      static_cast<float>(1 / std::sqrt(1 - std::pow(double(options.beta2), n)));
  f.beta1 = options.beta1;
  f.rest1 = 1 - options.beta1;
  f.beta2 = options.beta2;
  f.rest2 = 1 - options.beta2;
  f.eps = options.eps;
  for (const Parameter& p : parameters.list()) {
    if (p.gradients == nullptr) continue;
    parallel_ranges(pool, p.count, kBlock, [&](int64_t begin, int64_t end) {
      step_range(p, f, begin, end);
    });
  }
}

}  // namespace mamba
