#include "train/trainer.h"

#include <cmath>

#include "core/error.h"
#include "models/backbone.h"
#include "train/tape_ops.h"

namespace mamba {

// A batch's sequences as the ops take them, with room for one layer's states.
class Trainer::Sequences {
 public:
  Sequences(const ModelConfig& config, const TrainingBatch& source,
            Arena& arena) {
    const int64_t count = source.n_sequences;
    conv_floats_ = config.conv_floats();
    ssm_floats_ = config.ssm_floats();
    state_floats_ = count * (conv_floats_ + ssm_floats_);
    states_ = arena.allocate<float>(state_floats_);
    Segment* segments = arena.allocate<Segment>(count);
    float* ssm = states_ + count * conv_floats_;
    int64_t first = 0;
    for (int64_t i = 0; i < count; ++i) {
      segments[i] = Segment{};
      segments[i].first = first;
      segments[i].count = source.counts[i];
      segments[i].state.conv = states_ + i * conv_floats_;
      segments[i].state.ssm = ssm + i * ssm_floats_;
      first += source.counts[i];
    }
    batch_.rows = first;
    batch_.segments = segments;
    batch_.n_segments = count;
  }

  const Batch& batch() const { return batch_; }
  // Every layer begins at zero.
  void reset(Ops& ops) { ops.zero(states_, state_floats_); }

 private:
  Batch batch_;
  float* states_ = nullptr;
  int64_t conv_floats_ = 0, ssm_floats_ = 0, state_floats_ = 0;
};

Trainer::Trainer(const Model& model, TrainingOps ops)
    : config_(model.config()),
      ops_(std::move(ops)),
      pool_(shared_pool(ops_.threads)),
      parameters_(config_, model.weights(), *pool_, ops_.forward->memory()),
      gradients_(*ops_.forward),
      arena_(*ops_.forward->memory()) {}

CrossEntropyArgs Trainer::head(const Sequences& sequences,
                               const float* residual,
                               const uint32_t* targets) const {
  const ModelWeights& weights = parameters_.views();
  CrossEntropyArgs head;
  head.residual = residual;
  head.targets = targets;
  head.rows = sequences.batch().rows;
  head.norm = make_norm(config_, weights.norm_f_weight, weights.norm_f_bias);
  head.weight = weights.lm_head;
  return head;
}

void Trainer::read(TrainerArray kind, const std::string& name, float* out,
                   uint64_t count) {
  if (kind != TrainerArray::weights) parameters_.prepare(gradients_);
  parameters_.read(kind, name, out, count);
}

void Trainer::write(TrainerArray kind, const std::string& name,
                    const float* data, uint64_t count) {
  if (kind != TrainerArray::weights) parameters_.prepare(gradients_);
  parameters_.write(kind, name, data, count);
}

double Trainer::accumulate(const TrainingBatch& source, float scale) {
  parameters_.prepare(gradients_);
  gradients_.clear();
  arena_.reset();
  arena_.hold();
  Sequences sequences(config_, source, arena_);
  const Batch& batch = sequences.batch();
  TapeOps tape(*ops_.forward, arena_, gradients_);
  const float* residual =
      run_backbone(tape, arena_, config_, parameters_.views(), batch,
                   source.tokens, [&](int64_t) { sequences.reset(tape); });
  CrossEntropyArgs loss = head(sequences, residual, source.targets);
  loss.scale = scale;
  loss.d_residual = gradients_.of(residual);
  loss.d_norm = {gradients_.weight(loss.norm.weight),
                 gradients_.weight(loss.norm.bias)};
  loss.d_weight = gradients_.weight(loss.weight.data);
  ops_.backward->cross_entropy(loss);
  if (std::isfinite(loss.loss)) tape.replay(batch, *ops_.backward);
  ops_.forward->finish();
  return loss.loss;
}

double Trainer::evaluate(const TrainingBatch& source) {
  arena_.reset();
  Sequences sequences(config_, source, arena_);
  const float* residual = run_backbone(
      *ops_.forward, arena_, config_, parameters_.views(), sequences.batch(),
      source.tokens, [&](int64_t) { sequences.reset(*ops_.forward); });
  CrossEntropyArgs loss = head(sequences, residual, source.targets);
  ops_.backward->cross_entropy(loss);
  return loss.loss;
}

double Trainer::step(const AdamW& options) {
  parameters_.prepare(gradients_);
  parameters_.gather_gradients();
  const double norm = gradient_norm(*pool_, parameters_);
  if (std::isfinite(norm)) {
    adamw_step(*pool_, parameters_, options, ++steps_, norm);
    parameters_.scatter_weights();
  }
  parameters_.zero_gradients();
  return norm;
}

void Trainer::zero_gradients() {
  if (parameters_.prepared()) parameters_.zero_gradients();
}

uint64_t training_bytes(const ModelConfig& config, int64_t rows,
                        int64_t n_sequences) {
  int64_t parameters = 0;
  for (const TensorSpec& spec : tensor_specs(config)) {
    parameters += spec.count();
  }
  const int64_t M = config.d_model, D = config.d_inner;
  const int64_t J = config.projected();
  const int64_t projected_again =
      config.is_mamba2() ? 0 : config.dt_rank + 2 * config.d_state;
  // What a layer keeps of a row: its input, what goes into the convolution,
  // and the results of its ops.
  const int64_t kept = M + config.channels() + J + projected_again + D;
  // Gradients of one layer's arrays, and what its backward works with.
  const int64_t scratch = 2 * (J + projected_again + D) + 4 * D + 2 * M;
  const int64_t states =
      n_sequences * (config.conv_floats() + config.ssm_floats());
  // States at chunk boundaries, of every 32 rows and at the least one each.
  const int64_t boundaries = (rows / 32 + n_sequences) * config.ssm_floats();
  constexpr int64_t kLogitRows = 256;
  const int64_t logits = 2 * kLogitRows * config.vocab_size;
  const int64_t floats = 4 * parameters +
                         rows * (config.n_layer * kept + scratch + 2 * M) +
                         states + boundaries + logits;
  return static_cast<uint64_t>(floats) * sizeof(float);
}

}  // namespace mamba
