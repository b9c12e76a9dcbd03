#include "core/sampler.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "core/error.h"
#include "core/exp_sum.h"
#include "core/hash.h"

namespace mamba {
namespace {

constexpr float kInfinity = std::numeric_limits<float>::infinity();
constexpr uint64_t kGolden = 0x9e3779b97f4a7c15u;

// Written so that a NaN fails.
void check(bool ok, const char* field, double value, const char* wanted) {
  if (ok) return;
  fail(Status::invalid_argument, "Cannot sample: %s is %g, wanted %s", field,
       value, wanted);
}

void check_bias(const std::pair<uint32_t, float>& bias, int64_t vocab_size) {
  if (bias.first >= vocab_size) {
    fail(Status::invalid_argument,
         "Cannot sample: bias for token %u, the vocabulary has %lld tokens",
         bias.first, static_cast<long long>(vocab_size));
  }
  check(bias.second < kInfinity, "a bias", bias.second,
        "a number or -infinity");
}

}  // namespace

void SamplingOptions::check() const {
  using mamba::check;
  check(vocab_size > 0, "vocab_size", static_cast<double>(vocab_size), "> 0");
  check(temperature >= 0 && temperature < kInfinity, "temperature", temperature,
        "a number >= 0");
  check(top_p > 0 && top_p <= 1, "top_p", top_p, "0 < top_p <= 1");
  check(min_p >= 0 && min_p <= 1, "min_p", min_p, "0 <= min_p <= 1");
  check(repetition_penalty > 0 && repetition_penalty < kInfinity,
        "repetition_penalty", repetition_penalty, "a number > 0");
  check(std::isfinite(presence_penalty), "presence_penalty", presence_penalty,
        "a number");
  check(std::isfinite(frequency_penalty), "frequency_penalty",
        frequency_penalty, "a number");
  for (const auto& entry : bias) check_bias(entry, vocab_size);
}

double uniform_draw(uint64_t seed, uint64_t index) {
  const uint64_t key = mix64(seed + kGolden);
  return static_cast<double>(mix64(key + (index + 1) * kGolden) >> 11) *
         0x1p-53;
}

Sampler::Sampler(SamplingOptions options) : options_(std::move(options)) {
  options_.check();
}

void Sampler::accept(const uint32_t* ids, uint64_t n) {
  const auto window = static_cast<uint64_t>(options_.repetition_window);
  if (window == 0) return;
  if (n > window) {
    ids += n - window;
    n = window;
  }
  for (uint64_t i = 0; i < n; ++i) {
    if (history_.size() < window) {
      history_.push_back(ids[i]);
    } else {
      history_[oldest_] = ids[i];
      oldest_ = (oldest_ + 1) % history_.size();
    }
  }
}

bool Sampler::has_penalties() const {
  return options_.repetition_penalty != 1 || options_.presence_penalty != 0 ||
         options_.frequency_penalty != 0;
}

bool Sampler::is_plain() const {
  return options_.bias.empty() &&
         (options_.repetition_window == 0 || !has_penalties());
}

// The logits after bias and penalties.
const float* Sampler::adjust(const float* logits) {
  const bool penalties = !history_.empty() && has_penalties();
  if (options_.bias.empty() && !penalties) return logits;
  adjusted_.assign(logits, logits + options_.vocab_size);
  for (const auto& [id, value] : options_.bias) adjusted_[id] += value;
  if (penalties) apply_penalties(adjusted_.data());
  if (has_bad_logit(adjusted_.data(), options_.vocab_size)) {
    fail(Status::numeric,
         "Cannot sample: bias and penalties made a logit infinite or NaN");
  }
  return adjusted_.data();
}

void Sampler::apply_penalties(float* logits) {
  const auto in_vocabulary = [this](uint32_t id) {
    return id < options_.vocab_size;
  };
  occurrences_.resize(static_cast<std::size_t>(options_.vocab_size), 0);
  for (const uint32_t id : history_) {
    if (in_vocabulary(id)) ++occurrences_[id];
  }
  for (const uint32_t id : history_) {
    if (!in_vocabulary(id) || occurrences_[id] == 0) continue;
    float& logit = logits[id];
    // What is banned stays banned.
    if (logit != -kInfinity) {
      logit = logit > 0 ? logit / options_.repetition_penalty
                        : logit * options_.repetition_penalty;
      logit -= options_.presence_penalty;
      logit -=
          options_.frequency_penalty * static_cast<float>(occurrences_[id]);
    }
    occurrences_[id] = 0;  // once per token, and zero for the next draw
  }
}

Sampler::Choice Sampler::sample(const float* logits, int64_t n_logits,
                                uint64_t draw_index, int64_t n_top,
                                Choice* top) {
  const int64_t n = options_.vocab_size;
  if (has_bad_logit(logits, n_logits)) {
    fail(Status::numeric, "Cannot sample: a logit is NaN or infinite");
  }
  const float max = find_max(logits, n);
  if (max == -kInfinity) {
    fail(Status::numeric, "Cannot sample: every logit is -infinity");
  }
  const double log_sum = double(max) + std::log(sum_exp(logits, n, max));
  const float* adjusted = adjust(logits);
  const float best = adjusted == logits ? max : find_max(adjusted, n);
  if (best == -kInfinity) {
    fail(Status::invalid_argument, "Cannot sample: every token is banned");
  }
  const int64_t id = drawer_.draw(options_, adjusted, best,
                                  uniform_draw(options_.seed, draw_index));
  if (n_top > 0) find_top(logits, log_sum, n_top, top);
  Choice choice;
  choice.id = static_cast<uint32_t>(id);
  choice.logprob = static_cast<float>(double(logits[id]) - log_sum);
  accept(&choice.id, 1);
  return choice;
}

void Sampler::find_top(const float* logits, double log_sum, int64_t n_top,
                       Choice* top) {
  // A heap of the best so far, the worst of them in front.
  const auto better = [logits](uint32_t a, uint32_t b) {
    return logits[a] != logits[b] ? logits[a] > logits[b] : a < b;
  };
  ranking_.clear();
  for (uint32_t id = 0; id < static_cast<uint64_t>(options_.vocab_size); ++id) {
    if (ranking_.size() < static_cast<std::size_t>(n_top)) {
      ranking_.push_back(id);
      std::push_heap(ranking_.begin(), ranking_.end(), better);
    } else if (logits[id] > logits[ranking_.front()]) {
      std::pop_heap(ranking_.begin(), ranking_.end(), better);
      ranking_.back() = id;
      std::push_heap(ranking_.begin(), ranking_.end(), better);
    }
  }
  std::sort_heap(ranking_.begin(), ranking_.end(), better);
  for (std::size_t i = 0; i < ranking_.size(); ++i) {
    top[i].id = ranking_[i];
    top[i].logprob = static_cast<float>(double(logits[ranking_[i]]) - log_sum);
  }
}

}  // namespace mamba
