// A model: weights, an implementation of the ops, and the forward pass.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "core/arena.h"
#include "core/config.h"
#include "core/sampler.h"
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

// Tokens that several sequences draw, as mamba_model_decode takes them,
// checked.
struct DecodeArgs {
  int64_t n_sequences = 0;  // at most Model::kMostRows
  int64_t steps = 0;
  State* const* states = nullptr;
  Sampler* const* samplers = nullptr;  // (n_sequences), all plain
  const uint32_t* tokens = nullptr;    // (n_sequences), fed first
  // (n_sequences), of the numbers of the samplers' seeds: the first one
  const uint64_t* draws = nullptr;
  uint32_t* ids = nullptr;    // (n_sequences, steps)
  float* logprobs = nullptr;  // (n_sequences, steps)
};

class Model {
 public:
  // Longer calls are cut: scratch memory has a bound, and a block's activations
  // stay in the caches.
  static constexpr int64_t kMostRows = 256;
  // What decode() gives in place of an id when the logits are not sound.
  static constexpr uint32_t kNoToken = 0xffffffffu;

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
  // Feeds a token, draws the next, feeds that, `steps` times, and waits once,
  // at the end. The last token that is drawn is not fed.
  void decode(const DecodeArgs& args);
  // True if decode() is better than forward() and sampling from its logits.
  bool samples_on_device() const { return ops_->samples_on_device(); }
  // x (n_tokens, M) -> out (n_tokens, M), the mixer of one layer alone.
  void mixer_forward(int64_t layer, State& state, const float* x,
                     int64_t n_tokens, float* out);

 private:
  struct Block;
  class Cutter;
  void run_block(const Block& block, float* logits);
  void decode_step(const DecodeArgs& args, int64_t step, const Block& block,
                   RowDraw* draws, SampleArgs& sample);

  const ModelConfig config_;
  const DeviceDescription device_;
  std::unique_ptr<Ops> ops_;
  Weights weights_;
  std::shared_ptr<const StateLayout> state_layout_;
  Arena arena_;
};

}  // namespace mamba
