// Samplers: options in, tokens out.
#include <memory>

#include "api/guard.h"
#include "api/handles.h"

namespace {

using mamba::fail;
using mamba::Status;

mamba::SamplingOptions read_options(const mamba_sampling& from) {
  if (from.struct_size != sizeof(mamba_sampling)) {
    fail(Status::invalid_argument,
         "Cannot create the sampler: struct_size is %u, this library knows %zu",
         from.struct_size, sizeof(mamba_sampling));
  }
  if (from.n_bias > 0) {
    mamba::require(from.bias_ids, "bias_ids");
    mamba::require(from.bias_values, "bias_values");
  }
  mamba::SamplingOptions options;
  options.vocab_size = from.vocab_size;
  options.temperature = from.temperature;
  options.top_k = from.top_k;
  options.top_p = from.top_p;
  options.min_p = from.min_p;
  options.repetition_penalty = from.repetition_penalty;
  options.presence_penalty = from.presence_penalty;
  options.frequency_penalty = from.frequency_penalty;
  options.repetition_window = from.repetition_window;
  options.seed = from.seed;
  for (uint32_t i = 0; i < from.n_bias; ++i) {
    options.bias.emplace_back(from.bias_ids[i], from.bias_values[i]);
  }
  return options;
}

}  // namespace

mamba_status mamba_sampler_create(const mamba_sampling* sampling,
                                  mamba_sampler** out, char* error,
                                  uint64_t error_capacity) {
  return mamba::guard({error, error_capacity}, [&] {
    mamba::require(sampling, "sampling");
    mamba::require(out, "out");
    *out = new mamba_sampler{mamba::Sampler(read_options(*sampling)), {}};
  });
}

void mamba_sampler_destroy(mamba_sampler* sampler) { delete sampler; }

uint32_t mamba_sampler_is_plain(const mamba_sampler* sampler) {
  return sampler != nullptr && sampler->sampler.is_plain() ? 1 : 0;
}

mamba_status mamba_sampler_accept(mamba_sampler* sampler, const uint32_t* ids,
                                  uint64_t n, char* error,
                                  uint64_t error_capacity) {
  return mamba::guard({error, error_capacity}, [&] {
    mamba::require(sampler, "sampler");
    if (n > 0) mamba::require(ids, "ids");
    sampler->sampler.accept(ids, n);
  });
}

mamba_status mamba_sampler_sample(mamba_sampler* sampler, const float* logits,
                                  uint64_t n_logits, uint64_t draw_index,
                                  uint32_t n_top, uint32_t* id, float* logprob,
                                  uint32_t* top_ids, float* top_logprobs,
                                  char* error, uint64_t error_capacity) {
  return mamba::guard({error, error_capacity}, [&] {
    mamba::require(sampler, "sampler");
    mamba::require(logits, "logits");
    mamba::require(id, "id");
    if (n_top > 0) {
      mamba::require(top_ids, "top_ids");
      mamba::require(top_logprobs, "top_logprobs");
    }
    const int64_t vocab_size = sampler->sampler.options().vocab_size;
    if (n_logits < static_cast<uint64_t>(vocab_size) || n_logits > INT32_MAX) {
      fail(Status::invalid_argument,
           "Cannot sample: got %llu logits, the vocabulary has %lld tokens",
           static_cast<unsigned long long>(n_logits),
           static_cast<long long>(vocab_size));
    }
    if (n_top > vocab_size) {
      fail(Status::invalid_argument,
           "Cannot sample: n_top is %u, the vocabulary has %lld tokens", n_top,
           static_cast<long long>(vocab_size));
    }
    sampler->top.resize(n_top);
    const mamba::Sampler::Choice choice =
        sampler->sampler.sample(logits, static_cast<int64_t>(n_logits),
                                draw_index, n_top, sampler->top.data());
    *id = choice.id;
    if (logprob != nullptr) *logprob = choice.logprob;
    for (uint32_t i = 0; i < n_top; ++i) {
      top_ids[i] = sampler->top[i].id;
      top_logprobs[i] = sampler->top[i].logprob;
    }
  });
}
