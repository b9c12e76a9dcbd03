// The log probabilities of given tokens against plain arithmetic in double.
#include <algorithm>
#include <cmath>
#include <limits>

#include "harness.h"
#include "tiny_model.h"

namespace {

using test::call;

constexpr float kInfinity = std::numeric_limits<float>::infinity();

test::Failure score(const std::vector<float>& logits, uint32_t vocab_size,
                    const std::vector<uint32_t>& targets,
                    std::vector<double>& logprobs) {
  logprobs.assign(targets.size(), 0);
  return call(mamba_logits_score, logits.data(), uint64_t{targets.size()},
              vocab_size, targets.data(), logprobs.data());
}

// Rows that differ in size, so that no row can pass for another.
std::vector<float> some_logits(uint32_t rows, uint32_t vocab_size) {
  std::vector<float> logits(std::size_t{rows} * vocab_size);
  for (std::size_t i = 0; i < logits.size(); ++i) {
    const auto row = static_cast<double>(i / vocab_size);
    logits[i] = float((row + 1) * std::sin(double(i) * 12.9898) * 4 - row * 50);
  }
  return logits;
}

double by_hand(const float* logits, uint32_t vocab_size, uint32_t target) {
  const double max = *std::max_element(logits, logits + vocab_size);
  double sum = 0;
  for (uint32_t i = 0; i < vocab_size; ++i) sum += std::exp(logits[i] - max);
  return logits[target] - max - std::log(sum);
}

TEST("mamba_logits_score() agrees with sums in double") {
  for (const uint32_t vocab_size : {1u, 3u, 64u, 1030u}) {
    const std::vector<float> logits = some_logits(3, vocab_size);
    const std::vector<uint32_t> targets = {0, vocab_size - 1, vocab_size / 2};
    std::vector<double> logprobs;
    CHECK(score(logits, vocab_size, targets, logprobs).status == MAMBA_OK);
    for (std::size_t row = 0; row < targets.size(); ++row) {
      const double wanted =
          by_hand(logits.data() + row * vocab_size, vocab_size, targets[row]);
      CHECK(std::fabs(logprobs[row] - wanted) <= 1e-6);
    }
  }
}

TEST("mamba_logits_score() gives what is impossible no probability") {
  std::vector<double> logprobs;
  CHECK(score({0, -kInfinity}, 2, {1}, logprobs).status == MAMBA_OK);
  CHECK(logprobs[0] == -INFINITY);
}

TEST("mamba_logits_score() refuses what is no distribution") {
  std::vector<double> logprobs;
  CHECK(score({0, NAN}, 2, {0}, logprobs).status == MAMBA_NUMERIC);
  CHECK(score({kInfinity, 0}, 2, {0}, logprobs).status == MAMBA_NUMERIC);
  CHECK(score({-kInfinity, -kInfinity}, 2, {0}, logprobs).status ==
        MAMBA_NUMERIC);
}

TEST("mamba_logits_score() checks its arguments") {
  std::vector<double> logprobs;
  const test::Failure failure = score({1, 2, 3, 4}, 2, {1, 2}, logprobs);
  CHECK(failure.status == MAMBA_INVALID_ARGUMENT);
  CHECK(failure.text.find("targets[1] is 2") != std::string::npos);
  CHECK(score({}, 0, {0}, logprobs).status == MAMBA_INVALID_ARGUMENT);
  CHECK(score({}, 2, {}, logprobs).status == MAMBA_OK);
  const uint32_t target = 0;
  CHECK(call(mamba_logits_score, static_cast<const float*>(nullptr),
             uint64_t{1}, 2u, &target, logprobs.data())
            .status == MAMBA_INVALID_ARGUMENT);
}

}  // namespace

int main() { return test::run_all(); }
