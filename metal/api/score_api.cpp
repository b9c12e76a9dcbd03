// Evaluation: the log probabilities of the tokens that came.
#include <cmath>
#include <limits>

#include "api/guard.h"
#include "core/exp_sum.h"

namespace {

using mamba::fail;
using mamba::Status;

double score(const float* logits, uint32_t vocab_size, uint32_t target) {
  if (mamba::has_bad_logit(logits, vocab_size)) {
    fail(Status::numeric, "Cannot score: a logit is NaN or infinite");
  }
  const float max = mamba::find_max(logits, vocab_size);
  if (max == -std::numeric_limits<float>::infinity()) {
    fail(Status::numeric, "Cannot score: every logit is -infinity");
  }
  const double sum = mamba::sum_exp(logits, vocab_size, max);
  return double(logits[target]) - double(max) - std::log(sum);
}

}  // namespace

mamba_status mamba_logits_score(const float* logits, uint64_t rows,
                                uint32_t vocab_size, const uint32_t* targets,
                                double* logprobs, char* error,
                                uint64_t error_capacity) {
  return mamba::guard({error, error_capacity}, [&] {
    if (rows == 0) return;
    mamba::require(logits, "logits");
    mamba::require(targets, "targets");
    mamba::require(logprobs, "logprobs");
    for (uint64_t i = 0; i < rows; ++i) {
      if (targets[i] < vocab_size) continue;
      fail(Status::invalid_argument,
           "Cannot score: targets[%llu] is %u, the vocabulary has %u tokens",
           static_cast<unsigned long long>(i), targets[i], vocab_size);
    }
    for (uint64_t i = 0; i < rows; ++i) {
      logprobs[i] = score(logits + i * vocab_size, vocab_size, targets[i]);
    }
  });
}
