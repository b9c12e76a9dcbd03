// A model: weights, an implementation of the ops, and the forward pass.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "core/arena.h"
#include "core/config.h"
#include "core/state.h"
#include "core/weights.h"
#include "ops/ops.h"

namespace mamba {

// Where a model runs, for people.
struct DeviceDescription {
  std::string name;
  std::string description;
  uint32_t threads = 1;
};

// Tokens of several sequences, as mamba_model_forward takes them, checked.
struct ForwardArgs {
  int64_t n_sequences = 0;
  State* const* states = nullptr;
  const uint32_t* counts = nullptr;    // (n_sequences)
  const uint32_t* tokens = nullptr;    // (Σ counts)
  const uint32_t* n_logits = nullptr;  // (n_sequences)
  float* logits = nullptr;             // (Σ n_logits, V)
};

class Model {
 public:
  Model(const ModelConfig& config, DeviceDescription device,
        std::unique_ptr<Ops> ops);

  const ModelConfig& config() const { return config_; }
  const DeviceDescription& device() const { return device_; }
  Weights& weights() { return weights_; }
  const Weights& weights() const { return weights_; }

  // Makes the model ready, see Weights::finish.
  void finish();
  // Null until the model is ready.
  const std::shared_ptr<const StateLayout>& state_layout() const {
    return state_layout_;
  }

  void forward(const ForwardArgs& args);
  // x (n_tokens, M) -> out (n_tokens, M), the mixer of one layer alone.
  void mixer_forward(int64_t layer, State& state, const float* x,
                     int64_t n_tokens, float* out);

 private:
  struct Block;
  class Cutter;
  void run_block(const Block& block, float* logits);

  const ModelConfig config_;
  const DeviceDescription device_;
  std::unique_ptr<Ops> ops_;
  Weights weights_;
  std::shared_ptr<const StateLayout> state_layout_;
  Arena arena_;
};

}  // namespace mamba
