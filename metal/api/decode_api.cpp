// Drawing tokens of several sequences, several at a time.
#include <vector>

#include "api/guard.h"
#include "api/handles.h"
#include "api/state_locks.h"

namespace {

using mamba::fail;
using mamba::Status;

constexpr uint32_t kMostSteps = 1024;

void check_sizes(uint32_t n_sequences, uint32_t steps) {
  if (n_sequences == 0 || n_sequences > mamba::Model::kMostRows) {
    fail(Status::invalid_argument,
         "Cannot run: n_sequences is %u, wanted 1 to %lld", n_sequences,
         static_cast<long long>(mamba::Model::kMostRows));
  }
  if (steps == 0 || steps > kMostSteps) {
    fail(Status::invalid_argument, "Cannot run: steps is %u, wanted 1 to %u",
         steps, kMostSteps);
  }
}

mamba::Sampler* check_sampler(mamba_sampler* handle, uint32_t index,
                              int64_t vocab_size) {
  if (handle == nullptr) {
    fail(Status::invalid_argument, "Cannot run: samplers[%u] is null", index);
  }
  if (!handle->sampler.is_plain()) {
    fail(Status::invalid_argument,
         "Cannot run: samplers[%u] has a bias or penalties; sample from logits",
         index);
  }
  const int64_t wanted = handle->sampler.options().vocab_size;
  if (wanted > vocab_size) {
    fail(Status::invalid_argument,
         "Cannot run: samplers[%u] draws from %lld tokens, the model has %lld",
         index, static_cast<long long>(wanted),
         static_cast<long long>(vocab_size));
  }
  return &handle->sampler;
}

}  // namespace

mamba_status mamba_model_decode(mamba_model* model, uint32_t n_sequences,
                                mamba_state* const* states,
                                mamba_sampler* const* samplers,
                                const uint32_t* tokens,
                                const uint64_t* draw_indices, uint32_t steps,
                                uint32_t* ids, float* logprobs, char* error,
                                uint64_t error_capacity) {
  return mamba::guard({error, error_capacity}, [&] {
    mamba::LockedModel locked(model);
    locked.require_finished();
    const int64_t vocab_size = mamba::require_vocabulary(*locked);
    check_sizes(n_sequences, steps);
    mamba::require(states, "states");
    mamba::require(samplers, "samplers");
    mamba::require(tokens, "tokens");
    mamba::require(draw_indices, "draw_indices");
    mamba::require(ids, "ids");
    mamba::require(logprobs, "logprobs");
    mamba::check_tokens(tokens, n_sequences, vocab_size);
    std::vector<mamba::Sampler*> checked(n_sequences);
    for (uint32_t i = 0; i < n_sequences; ++i) {
      checked[i] = check_sampler(samplers[i], i, vocab_size);
    }
    const mamba::StateLocks locks(locked, states, n_sequences);
    mamba::DecodeArgs args;
    args.n_sequences = n_sequences;
    args.steps = steps;
    args.states = locks.data();
    args.samplers = checked.data();
    args.tokens = tokens;
    args.draws = draw_indices;
    args.ids = ids;
    args.logprobs = logprobs;
    locked->decode(args);
  });
}
