// Training: sequences forward and back, gradients that gather, and steps.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "core/arena.h"
#include "models/model.h"
#include "ops/backward.h"
#include "train/adamw.h"
#include "train/gradient_map.h"
#include "train/parameters.h"

namespace mamba {

// A backend's two halves.
struct TrainingOps {
  std::unique_ptr<Ops> forward;
  std::unique_ptr<BackwardOps> backward;
  uint32_t threads = 1;
};

// Sequences laid one after the other; each begins at the zero state.
struct TrainingBatch {
  int64_t n_sequences = 0;
  const uint32_t* counts = nullptr;   // (n_sequences), each > 0
  const uint32_t* tokens = nullptr;   // (Σ counts), each < V
  const uint32_t* targets = nullptr;  // the same, or kNoTarget
};

// Bytes that training takes, with calls of at most `rows` tokens in at most
// `n_sequences` sequences.
uint64_t training_bytes(const ModelConfig& config, int64_t rows,
                        int64_t n_sequences);

class Trainer {
 public:
  Trainer(const Model& model, TrainingOps ops);

  const ModelConfig& config() const { return config_; }
  // As Parameters has them; the first look at anything but weights, like the
  // first gradient, settles what is frozen.
  void freeze(const std::string& name) { parameters_.freeze(name); }
  void read(TrainerArray kind, const std::string& name, float* out,
            uint64_t count);
  void write(TrainerArray kind, const std::string& name, const float* data,
             uint64_t count);
  uint64_t steps() const { return steps_; }
  void set_steps(uint64_t steps) { steps_ = steps; }

  // Adds the gradients of scale · the summed loss; returns that sum. When it
  // is not finite, no gradient of the layers has been added.
  double accumulate(const TrainingBatch& batch, float scale);
  double evaluate(const TrainingBatch& batch);
  // Returns the gradients' norm; when it is finite, the step is done. The
  // gradients are zero afterwards in any case.
  double step(const AdamW& options);
  void zero_gradients();

 private:
  class Sequences;

  CrossEntropyArgs head(const Sequences& sequences, const float* residual,
                        const uint32_t* targets) const;

  const ModelConfig config_;
  TrainingOps ops_;
  std::shared_ptr<ThreadPool> pool_;
  Parameters parameters_;
  GradientMap gradients_;
  Arena arena_;
  uint64_t steps_ = 0;
};

}  // namespace mamba
