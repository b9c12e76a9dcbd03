#include "api/state_locks.h"

#include "core/error.h"

namespace mamba {

StateLocks::StateLocks(LockedModel& model, mamba_state* const* states,
                       uint32_t count)
    : states_(model.states()) {
  states_.clear();
  states_.reserve(count);
  try {
    for (uint32_t i = 0; i < count; ++i) add(*model, states[i], i);
  } catch (...) {
    release();
    throw;
  }
}

void StateLocks::add(const Model& model, mamba_state* handle, uint32_t index) {
  if (handle == nullptr) {
    fail(Status::invalid_argument, "Cannot run: states[%u] is null", index);
  }
  State& state = handle->state;
  if (state.layout() != model.state_layout()) {
    fail(Status::invalid_argument,
         "Cannot run: states[%u] belongs to another model", index);
  }
  if (state.in_call.exchange(true)) {
    fail(Status::invalid_argument,
         "Cannot run: states[%u] appears twice or is in another call", index);
  }
  states_.push_back(&state);
  if (state.broken) {
    fail(Status::invalid_argument,
         "Cannot run: a call failed in the middle of changing states[%u]; "
         "reset or load it",
         index);
  }
}

void StateLocks::release() {
  for (State* state : states_) state->in_call = false;
}

void check_tokens(const uint32_t* tokens, uint64_t count, int64_t vocab_size) {
  for (uint64_t i = 0; i < count; ++i) {
    if (tokens[i] < vocab_size) continue;
    fail(Status::invalid_argument,
         "Cannot run: tokens[%llu] is %u, the vocabulary has %lld tokens",
         static_cast<unsigned long long>(i), tokens[i],
         static_cast<long long>(vocab_size));
  }
}

int64_t require_vocabulary(const Model& model) {
  const int64_t vocab_size = model.config().vocab_size;
  if (vocab_size == 0) {
    fail(Status::invalid_argument,
         "Cannot run: the model is blocks only (vocab_size is 0)");
  }
  return vocab_size;
}

}  // namespace mamba
