// The forward pass, one mixer, and the bare selective scan.
#include "api/guard.h"
#include "api/handles.h"
#include "api/state_locks.h"

namespace {

using mamba::fail;
using mamba::Status;

// The numbers of tokens and of rows of logits, if the counts are sound.
struct Totals {
  uint64_t tokens = 0;
  uint64_t logits = 0;
};

Totals check_counts(uint32_t n_sequences, const uint32_t* counts,
                    const uint32_t* n_logits) {
  Totals totals;
  for (uint32_t i = 0; i < n_sequences; ++i) {
    if (counts[i] == 0) {
      fail(Status::invalid_argument,
           "Cannot run: counts[%u] is 0, wanted at least one token", i);
    }
    if (n_logits[i] > counts[i]) {
      fail(Status::invalid_argument,
           "Cannot run: n_logits[%u] is %u, more than the %u tokens", i,
           n_logits[i], counts[i]);
    }
    totals.tokens += counts[i];
    totals.logits += n_logits[i];
  }
  return totals;
}

void check_logits(const float* logits, uint64_t count, uint64_t wanted) {
  if (count != wanted) {
    fail(Status::invalid_argument,
         "Cannot run: there is room for %llu logits, wanted %llu",
         static_cast<unsigned long long>(count),
         static_cast<unsigned long long>(wanted));
  }
  if (wanted > 0) mamba::require(logits, "logits");
}

}  // namespace

mamba_status mamba_model_forward(mamba_model* model, uint32_t n_sequences,
                                 mamba_state* const* states,
                                 const uint32_t* counts, const uint32_t* tokens,
                                 const uint32_t* n_logits, float* logits,
                                 uint64_t logits_count, char* error,
                                 uint64_t error_capacity) {
  return mamba::guard({error, error_capacity}, [&] {
    mamba::LockedModel locked(model);
    locked.require_finished();
    const int64_t vocab_size = mamba::require_vocabulary(*locked);
    if (n_sequences == 0) {
      fail(Status::invalid_argument,
           "Cannot run: n_sequences is 0, wanted at least one");
    }
    mamba::require(states, "states");
    mamba::require(counts, "counts");
    mamba::require(tokens, "tokens");
    mamba::require(n_logits, "n_logits");
    const Totals totals = check_counts(n_sequences, counts, n_logits);
    mamba::check_tokens(tokens, totals.tokens, vocab_size);
    check_logits(logits, logits_count,
                 totals.logits * static_cast<uint64_t>(vocab_size));
    const mamba::StateLocks locks(locked, states, n_sequences);
    mamba::ForwardArgs args;
    args.n_sequences = n_sequences;
    args.states = locks.data();
    args.counts = counts;
    args.tokens = tokens;
    args.n_logits = n_logits;
    args.logits = logits;
    locked->forward(args);
  });
}

mamba_status mamba_model_mixer_forward(mamba_model* model, uint32_t layer,
                                       mamba_state* state, const float* x,
                                       uint32_t n_tokens, float* out,
                                       char* error, uint64_t error_capacity) {
  return mamba::guard({error, error_capacity}, [&] {
    mamba::LockedModel locked(model);
    locked.require_finished();
    if (layer >= locked->config().n_layer) {
      fail(Status::invalid_argument,
           "Cannot run layer %u: the model has %lld layers", layer,
           static_cast<long long>(locked->config().n_layer));
    }
    if (n_tokens == 0) {
      fail(Status::invalid_argument,
           "Cannot run: n_tokens is 0, wanted at least one");
    }
    mamba::require(x, "x");
    mamba::require(out, "out");
    const mamba::StateLocks locks(locked, &state, 1);
    locked->mixer_forward(layer, *locks.data()[0], x, n_tokens, out);
  });
}
