#include "core/draw.h"

#include <algorithm>

#include "core/exp_sum.h"

namespace mamba {

int64_t Drawer::draw(const DrawOptions& options, const float* logits, float max,
                     double place) {
  const int64_t n = options.vocab_size;
  if (options.temperature == 0) {
    return std::find(logits, logits + n, max) - logits;
  }
  weights_.resize(static_cast<std::size_t>(n));
  float* weights = weights_.data();
  make_weights(logits, n, max, options.temperature, weights);
  drop_unlikely(options, logits, max);
  constexpr int64_t kBlock = 512;
  double rest = place * sum_weights(weights, n);
  int64_t last = -1;  // that can be drawn: rounding may leave a rest
  for (int64_t begin = 0; begin < n; begin += kBlock) {
    const int64_t end = std::min(n, begin + kBlock);
    const double sum = sum_weights(weights + begin, end - begin);
    if (sum <= rest) {
      rest -= sum;
      if (sum > 0) last = begin;
      continue;
    }
    for (int64_t i = begin; i < end; ++i) {
      if (weights[i] <= 0) continue;
      last = i;
      if (double(weights[i]) > rest) return i;
      rest -= double(weights[i]);
    }
    return last;
  }
  while (last + 1 < n && weights[last] <= 0) ++last;
  return last;
}

// Zeroes the weights of what top-k, top-p and min-p leave out.
void Drawer::drop_unlikely(const DrawOptions& options, const float* logits,
                           float max) {
  const int64_t n = options.vocab_size;
  float* weights = weights_.data();
  const CutoffFinder::Input input{logits, weights, n, max, options.temperature};
  if (options.top_k > 0 && options.top_k < n) {
    apply_cutoff(finder_.best(input, options.top_k), logits, n, weights);
  }
  if (options.top_p < 1) {
    const double mass = double(options.top_p) * sum_weights(weights, n);
    apply_cutoff(finder_.heaviest(input, mass), logits, n, weights);
  }
  if (options.min_p > 0) {
    // The highest weight is exp(0) = 1.
    for (int64_t i = 0; i < n; ++i) {
      weights[i] = weights[i] >= options.min_p ? weights[i] : 0;
    }
  }
}

}  // namespace mamba
