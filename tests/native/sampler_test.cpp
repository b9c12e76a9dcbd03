// The sampler against plain sorting, and its promises.
#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <numeric>

#include "core/error.h"
#include "core/exp_sum.h"
#include "core/sampler.h"
#include "harness.h"
#include "op_inputs.h"

namespace {

using mamba::Sampler;
using mamba::SamplingOptions;
using Logits = std::vector<float>;

constexpr float kInfinity = std::numeric_limits<float>::infinity();

SamplingOptions options_for(const Logits& logits) {
  SamplingOptions options;
  options.vocab_size = static_cast<int64_t>(logits.size());
  return options;
}

uint32_t draw(Sampler& sampler, const Logits& logits, uint64_t index = 0) {
  return sampler
      .sample(logits.data(), int64_t(logits.size()), index, 0, nullptr)
      .id;
}

uint32_t draw_once(const SamplingOptions& options, const Logits& logits,
                   uint64_t index = 0) {
  Sampler sampler(options);
  return draw(sampler, logits, index);
}

// How often each token comes in `n` draws.
std::map<uint32_t, int> count_draws(const SamplingOptions& options,
                                    const Logits& logits, int n) {
  Sampler sampler(options);
  std::map<uint32_t, int> counts;
  for (int i = 0; i < n; ++i) ++counts[draw(sampler, logits, uint64_t(i))];
  return counts;
}

// The tokens that may be drawn, by sorting.
std::vector<uint32_t> allowed_by_sorting(const SamplingOptions& o,
                                         const Logits& logits) {
  std::vector<uint32_t> ids(logits.size());
  std::iota(ids.begin(), ids.end(), 0u);
  std::stable_sort(ids.begin(), ids.end(), [&](uint32_t a, uint32_t b) {
    return logits[a] > logits[b];
  });
  if (o.top_k > 0 && o.top_k < int64_t(ids.size())) {
    ids.resize(std::size_t(o.top_k));
  }
  std::vector<double> p;
  for (const uint32_t id : ids) {
    p.push_back(std::exp((double(logits[id]) - logits[ids[0]]) /
                         double(o.temperature)));
  }
  const double total = std::accumulate(p.begin(), p.end(), 0.0);
  std::size_t kept = 0;
  for (double sum = 0; kept < ids.size() && sum < o.top_p * total; ++kept) {
    sum += p[kept];
  }
  while (kept > 0 && p[kept - 1] < double(o.min_p)) --kept;
  ids.resize(kept);
  std::sort(ids.begin(), ids.end());
  return ids;
}

void check_allowed(const SamplingOptions& options, const Logits& logits) {
  const auto allowed = allowed_by_sorting(options, logits);
  const bool few = allowed.size() <= 20;
  std::vector<uint32_t> seen;
  for (const auto& [id, count] :
       count_draws(options, logits, few ? 1500 : 40)) {
    seen.push_back(id);
  }
  CHECK(
      std::includes(allowed.begin(), allowed.end(), seen.begin(), seen.end()));
  if (few) CHECK(seen == allowed);
}

mamba::Status status_of(const SamplingOptions& options, const Logits& logits) {
  try {
    draw_once(options, logits);
  } catch (const mamba::Error& error) {
    return error.status();
  }
  return mamba::Status::ok;
}

TEST("sample() takes the lowest id of the highest logits at temperature 0") {
  const Logits logits = {1, 3, -2, 3, 3};
  SamplingOptions options = options_for(logits);
  options.temperature = 0;
  CHECK(draw_once(options, logits) == 1);
  CHECK(draw_once(options, {-0.0f, 0.0f, -1, -1, -1}) == 0);
}

TEST("sample() draws each token as often as its probability says") {
  const Logits logits = {0.3f, 1.2f, -0.5f, 2.0f, 0.0f, 1.0f};
  SamplingOptions options = options_for(logits);
  options.temperature = 0.7f;
  constexpr int kDraws = 40000;
  const auto counts = count_draws(options, logits, kDraws);
  double total = 0, chi_square = 0;
  for (const float logit : logits) total += std::exp(logit / 0.7);
  for (std::size_t i = 0; i < logits.size(); ++i) {
    const double wanted = kDraws * std::exp(logits[i] / 0.7) / total;
    const double got = counts.count(uint32_t(i)) ? counts.at(uint32_t(i)) : 0;
    chi_square += (got - wanted) * (got - wanted) / wanted;
  }
  // 5 degrees of freedom: 20.5 is passed once in 1,000 seeds.
  CHECK(chi_square < 20.5);
}

TEST("sample() depends on seed and index alone") {
  const Logits logits = test::numbers(500, 2, 5);
  SamplingOptions options = options_for(logits);
  options.seed = 42;
  Sampler first(options), second(options);
  for (uint64_t i = 0; i < 50; ++i) draw(second, logits, 1000 + i);
  for (uint64_t i = 0; i < 50; ++i) {
    CHECK(draw(first, logits, i) == draw(second, logits, i));
  }
  options.seed = 43;
  int same = 0;
  for (uint64_t i = 0; i < 50; ++i) {
    same += draw(first, logits, i) == draw_once(options, logits, i);
  }
  CHECK(same < 10);
}

TEST("uniform_draw() is even over [0, 1) for neighbouring seeds and indices") {
  int counts[10] = {};
  for (uint64_t seed = 0; seed < 100; ++seed) {
    for (uint64_t index = 0; index < 100; ++index) {
      const double u = mamba::uniform_draw(seed, index);
      CHECK(u >= 0 && u < 1);
      ++counts[int(u * 10)];
    }
  }
  for (const int count : counts) CHECK(count > 850 && count < 1150);
}

TEST("sample() keeps what sorting keeps with top-k, top-p and min-p") {
  for (const float scale : {0.001f, 3.0f, 30.0f}) {
    const Logits logits = test::numbers(300, scale, uint64_t(scale * 7) + 1);
    for (const int64_t top_k : {0, 1, 3, 17, 299, 300, 1000}) {
      for (const float top_p : {1.0f, 0.9f, 0.5f, 0.01f}) {
        for (const float min_p : {0.0f, 0.1f, 1.0f}) {
          SamplingOptions options = options_for(logits);
          options.temperature = 0.8f;
          options.top_k = top_k;
          options.top_p = top_p;
          options.min_p = min_p;
          check_allowed(options, logits);
        }
      }
    }
  }
}

TEST("sample() measures min-p against the maximum, not against token 0") {
  // Token 0 is unlikely: against it, everything would pass.
  const Logits logits = {-8, 2, 1.9f, -0.5f, -3};
  SamplingOptions options = options_for(logits);
  options.min_p = 0.5f;
  const auto counts = count_draws(options, logits, 500);
  CHECK(counts.size() == 2 && counts.count(1) == 1 && counts.count(2) == 1);
}

TEST("sample() takes top-p of the probabilities after temperature") {
  // At temperature 1 the first two reach 0.6; at 0.1 the first alone does.
  const Logits logits = {1.0f, 0.6f, 0.2f, 0.0f};
  SamplingOptions options = options_for(logits);
  options.top_p = 0.6f;
  CHECK(count_draws(options, logits, 500).size() == 2);
  options.temperature = 0.1f;
  CHECK(count_draws(options, logits, 500).size() == 1);
}

TEST("sample() cuts ties at the lowest ids") {
  const Logits logits(80, 1.5f);
  SamplingOptions options = options_for(logits);
  options.top_k = 3;
  auto counts = count_draws(options, logits, 300);
  CHECK(counts.size() == 3 && counts.rbegin()->first == 2);
  options.top_k = 0;
  options.top_p = 0.125f;
  counts = count_draws(options, logits, 600);
  CHECK(counts.size() == 10 && counts.rbegin()->first == 9);
}

TEST("sample() never draws an id from vocab_size on") {
  Logits logits(64, 0.0f);
  logits[60] = 50;
  SamplingOptions options = options_for(logits);
  options.vocab_size = 60;
  CHECK(count_draws(options, logits, 2000).rbegin()->first < 60);
  options.temperature = 0;
  CHECK(draw_once(options, logits) == 0);
}

TEST("sample() lowers what was seen in the window, once or per occurrence") {
  const Logits logits = {2.0f, 1.8f, -1.0f, -1.2f};
  SamplingOptions options = options_for(logits);
  options.temperature = 0;
  options.repetition_window = 3;
  const auto choose = [&](const std::vector<uint32_t>& seen) {
    Sampler sampler(options);
    sampler.accept(seen.data(), seen.size());
    return draw(sampler, logits);
  };
  options.repetition_penalty = 1.5f;
  CHECK(choose({0}) == 1);           // 2 / 1.5 < 1.8
  CHECK(choose({0, 3, 3, 3}) == 0);  // fell out of the window
  options.repetition_penalty = 1;
  options.presence_penalty = 0.15f;
  CHECK(choose({0, 0, 0}) == 0);  // once: 1.85 > 1.8
  options.presence_penalty = 0;
  options.frequency_penalty = 0.15f;
  CHECK(choose({0}) == 0);
  CHECK(choose({0, 0}) == 1);  // twice: 1.7 < 1.8
  options.frequency_penalty = 0;
  options.repetition_penalty = 2;
  const Logits negative = {-1.0f, -1.5f, -9.0f, -9.0f};
  Sampler sampler(options);
  const uint32_t seen = 0;
  sampler.accept(&seen, 1);
  CHECK(draw(sampler, negative) == 1);  // -1 · 2 < -1.5
}

TEST("sample() accepts what it draws") {
  const Logits logits = {1.0f, 0.9f, 0.8f};
  SamplingOptions options = options_for(logits);
  options.temperature = 0;
  options.repetition_window = 10;
  options.presence_penalty = 0.5f;
  Sampler sampler(options);
  CHECK(draw(sampler, logits) == 0);
  CHECK(draw(sampler, logits) == 1);
  CHECK(draw(sampler, logits) == 2);
}

TEST("accept() keeps the last tokens when given more than the window") {
  const Logits logits = {1.0f, 0.9f, 0.8f, 0.7f};
  SamplingOptions options = options_for(logits);
  options.temperature = 0;
  options.repetition_window = 2;
  options.presence_penalty = 5;
  Sampler sampler(options);
  // Ids of the padded vocabulary are seen and do not matter.
  const std::vector<uint32_t> seen = {0, 1, 2, 3, 900, 0};
  sampler.accept(seen.data(), seen.size());
  CHECK(draw(sampler, logits) == 1);
}

TEST("sample() adds the bias first, and -infinity bans") {
  const Logits logits = {1.0f, 0.9f, 0.8f};
  SamplingOptions options = options_for(logits);
  options.temperature = 0;
  options.bias = {{0, -kInfinity}, {2, 0.2f}};
  CHECK(draw_once(options, logits) == 2);
  options.repetition_window = 4;
  options.frequency_penalty = -1e38f;  // raises, but not what is banned
  Sampler sampler(options);
  const uint32_t seen = 0;
  sampler.accept(&seen, 1);
  CHECK(draw(sampler, logits) == 2);
}

TEST("sample() refuses when every token is banned") {
  const Logits logits = {1.0f, 0.9f};
  SamplingOptions options = options_for(logits);
  options.bias = {{0, -kInfinity}, {1, -kInfinity}};
  CHECK(status_of(options, logits) == mamba::Status::invalid_argument);
}

TEST("sample() calls NaN and infinity numeric errors, -infinity none") {
  const SamplingOptions options = options_for({0, 0, 0});
  const float nan = std::numeric_limits<float>::quiet_NaN();
  CHECK(status_of(options, {0, nan, 0}) == mamba::Status::numeric);
  CHECK(status_of(options, {0, 0, 0, nan}) == mamba::Status::numeric);
  CHECK(status_of(options, {0, kInfinity, 0}) == mamba::Status::numeric);
  CHECK(status_of(options, {-kInfinity, -kInfinity, -kInfinity}) ==
        mamba::Status::numeric);
  CHECK(draw_once(options, {-kInfinity, 0, -kInfinity}) == 1);
  SamplingOptions loud = options;
  loud.bias = {{0, 3e38f}, {0, 3e38f}};
  CHECK(status_of(loud, {0, 0, 0}) == mamba::Status::numeric);
}

TEST("sample() takes the maximum at a tiny temperature") {
  const Logits logits = {-1e30f, 5.0f, 4.9999f, 1e3f, 9e2f};
  SamplingOptions options = options_for(logits);
  for (const float temperature : {1e-6f, 1e-30f, 1e-44f}) {
    options.temperature = temperature;
    CHECK(draw_once(options, logits) == 3);
    options.top_p = 0.5f;
    options.top_k = 2;
    CHECK(draw_once(options, logits) == 3);
  }
}

TEST("sample() reports the untouched distribution, best first") {
  const Logits logits = {0.5f, 2.0f, 1.0f, 2.0f, -kInfinity, 9.0f};
  SamplingOptions options = options_for(logits);
  options.vocab_size = 5;
  options.temperature = 0;
  options.bias = {{2, 10.0f}};
  Sampler sampler(options);
  Sampler::Choice top[3];
  const Sampler::Choice choice = sampler.sample(logits.data(), 6, 0, 3, top);
  const double sum = std::exp(0.5) + 2 * std::exp(2.0) + std::exp(1.0);
  CHECK(choice.id == 2);
  CHECK(std::fabs(choice.logprob - (1 - std::log(sum))) < 1e-6);
  CHECK(top[0].id == 1 && top[1].id == 3 && top[2].id == 2);
  CHECK(std::fabs(top[0].logprob - (2 - std::log(sum))) < 1e-6);
}

TEST("exp_below_zero() is right to 2e-7, and 0 far below") {
  for (float x = 0; x > -86; x -= 0.0137f) {
    const double wanted = std::exp(double(x));
    CHECK(std::fabs(mamba::exp_below_zero(x) / wanted - 1) < 2e-7);
  }
  CHECK(mamba::exp_below_zero(0) == 1);
  CHECK(mamba::exp_below_zero(-100) == 0);
  CHECK(mamba::exp_below_zero(-kInfinity) == 0);
}

TEST("SamplingOptions::check() names the option that is out of range") {
  const auto refuses = [](auto change) {
    SamplingOptions options;
    options.vocab_size = 8;
    change(options);
    try {
      options.check();
    } catch (const mamba::Error& error) {
      return std::string(error.what());
    }
    return std::string();
  };
  const auto names = [](const std::string& what, const char* field) {
    return what.find(field) != std::string::npos;
  };
  CHECK(names(refuses([](auto& o) { o.temperature = -1; }), "temperature"));
  CHECK(names(refuses([](auto& o) { o.temperature = NAN; }), "temperature"));
  CHECK(names(refuses([](auto& o) { o.top_p = 0; }), "top_p"));
  CHECK(names(refuses([](auto& o) { o.top_p = 1.5f; }), "top_p"));
  CHECK(names(refuses([](auto& o) { o.min_p = -0.1f; }), "min_p"));
  CHECK(names(refuses([](auto& o) { o.repetition_penalty = 0; }),
              "repetition_penalty"));
  CHECK(names(refuses([](auto& o) { o.presence_penalty = INFINITY; }),
              "presence_penalty"));
  CHECK(names(refuses([](auto& o) { o.vocab_size = 0; }), "vocab_size"));
  CHECK(names(refuses([](auto& o) { o.bias = {{8, 1.0f}}; }), "token 8"));
  CHECK(names(refuses([](auto& o) { o.bias = {{1, INFINITY}}; }), "bias"));
  CHECK(refuses([](auto&) {}).empty());
}

}  // namespace

int main() { return test::run_all(); }
