// What calls that run a model check and hold: states and tokens.
#pragma once

#include <cstdint>
#include <vector>

#include "api/handles.h"

namespace mamba {

// States in use by one call; a state is in one call, and once in it.
class StateLocks {
 public:
  // Throws Error (invalid_argument) that names the state.
  StateLocks(LockedModel& model, mamba_state* const* states, uint32_t count);
  ~StateLocks() { release(); }
  StateLocks(const StateLocks&) = delete;
  StateLocks& operator=(const StateLocks&) = delete;

  State* const* data() const { return states_.data(); }

 private:
  void add(const Model& model, mamba_state* handle, uint32_t index);
  void release();

  std::vector<State*>& states_;
};

// Throws Error (invalid_argument) for a token that the vocabulary has not.
void check_tokens(const uint32_t* tokens, uint64_t count, int64_t vocab_size);

// The vocabulary of a model that takes tokens; throws Error (invalid_argument)
// for one of blocks only.
int64_t require_vocabulary(const Model& model);

}  // namespace mamba
