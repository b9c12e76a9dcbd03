#include "ops/ops.h"

#include <cmath>
#include <cstring>
#include <limits>

#include "core/exp_sum.h"

namespace mamba {

const std::shared_ptr<Memory>& Ops::memory() const { return host_memory(); }

void Ops::zero(float* out, int64_t n) {
  std::memset(out, 0, static_cast<std::size_t>(n) * sizeof(float));
}

void Ops::copy(const float* from, int64_t n, float* to) {
  std::memcpy(to, from, static_cast<std::size_t>(n) * sizeof(float));
}

void Ops::sample(const SampleArgs& args) {
  constexpr float kInfinity = std::numeric_limits<float>::infinity();
  Drawer drawer;
  for (int64_t r = 0; r < args.n_rows; ++r) {
    const float* logits = args.logits + r * args.vocab_size;
    const DrawOptions& options = args.draws[r].options;
    const float max = has_bad_logit(logits, args.vocab_size)
                          ? -kInfinity
                          : find_max(logits, options.vocab_size);
    if (max == -kInfinity) {
      args.ids[r] = 0;
      args.logprobs[r] = std::numeric_limits<float>::quiet_NaN();
      continue;
    }
    const int64_t id = drawer.draw(options, logits, max, args.draws[r].place);
    const double sum = sum_exp(logits, options.vocab_size, max);
    args.ids[r] = static_cast<uint32_t>(id);
    args.logprobs[r] =
        static_cast<float>((double(logits[id]) - double(max)) - std::log(sum));
  }
}

}  // namespace mamba
