#include "models/model.h"

#include <algorithm>
#include <cmath>

#include "core/error.h"
#include "models/backbone.h"

namespace mamba {
namespace {

// Marks states as being changed. One that stays marked has seen a failure.
class StateChange {
 public:
  StateChange(State* const* states, int64_t count)
      : states_(states), count_(count) {
    for (int64_t i = 0; i < count_; ++i) states_[i]->broken = true;
  }
  void done() {
    for (int64_t i = 0; i < count_; ++i) states_[i]->broken = false;
  }

 private:
  State* const* states_;
  int64_t count_;
};

}  // namespace

// Rows that go through the layers together.
struct Model::Block {
  int64_t rows = 0;
  int64_t n_segments = 0;
  Segment* segments = nullptr;  // (n_segments)
  State** states = nullptr;     // (n_segments)
  const uint32_t* tokens = nullptr;
  int64_t* logit_rows = nullptr;  // (n_logits)
  int64_t n_logits = 0;
};

// Cuts the rows of a call into blocks of at most kMostRows.
class Model::Cutter {
 public:
  Cutter(const ForwardArgs& args, Arena& arena) : args_(args) {
    int64_t rows = 0;
    for (int64_t i = 0; i < args.n_sequences; ++i) rows += args.counts[i];
    const int64_t most = std::min(rows, kMostRows);
    block_.segments = arena.allocate<Segment>(most);
    block_.states = arena.allocate<State*>(most);
    block_.logit_rows = arena.allocate<int64_t>(most);
    block_.tokens = args.tokens;
  }

  // Null after the last one.
  const Block* next() {
    block_.tokens += block_.rows;
    block_.rows = block_.n_segments = block_.n_logits = 0;
    while (sequence_ < args_.n_sequences && block_.rows < kMostRows) {
      const int64_t count = args_.counts[sequence_];
      const int64_t part = std::min(count - token_, kMostRows - block_.rows);
      add_segment(part, count - args_.n_logits[sequence_]);
      token_ += part;
      if (token_ == count) ++sequence_, token_ = 0;
    }
    return block_.rows > 0 ? &block_ : nullptr;
  }

 private:
  void add_segment(int64_t count, int64_t first_with_logits) {
    Segment segment;
    segment.first = block_.rows;
    segment.count = count;
    block_.segments[block_.n_segments] = segment;
    block_.states[block_.n_segments++] = args_.states[sequence_];
    const int64_t skipped = std::max<int64_t>(first_with_logits - token_, 0);
    for (int64_t i = skipped; i < count; ++i) {
      block_.logit_rows[block_.n_logits++] = block_.rows + i;
    }
    block_.rows += count;
  }

  const ForwardArgs& args_;
  Block block_;
  int64_t sequence_ = 0;
  int64_t token_ = 0;  // of the sequence
};

Model::Model(const ModelConfig& config, DeviceDescription device,
             std::unique_ptr<Ops> ops)
    : config_(config),
      device_(std::move(device)),
      ops_(std::move(ops)),
      weights_(config, device_.threads, ops_->memory()),
      arena_(*ops_->memory()) {}

void Model::finish() {
  weights_.finish();
  state_layout_ = std::make_shared<const StateLayout>(
      config_, weights_.fingerprint(), ops_->memory());
}

void Model::forward(const ForwardArgs& args) {
  arena_.reset();
  Cutter cutter(args, arena_);
  StateChange change(args.states, args.n_sequences);
  float* logits = args.logits;
  while (const Block* block = cutter.next()) {
    const ArenaScope scope(arena_);
    run_block(*block, logits);
    ops_->finish();
    logits += block->n_logits * config_.vocab_size;
  }
  for (int64_t i = 0; i < args.n_sequences; ++i) {
    args.states[i]->advance(args.counts[i]);
  }
  change.done();
}

void Model::run_block(const Block& block, float* logits) {
  const ModelWeights& weights = weights_.views();
  Batch batch;
  batch.rows = block.rows;
  batch.segments = block.segments;
  batch.n_segments = block.n_segments;
  const float* residual = run_backbone(
      *ops_, arena_, config_, weights, batch, block.tokens, [&](int64_t layer) {
        for (int64_t s = 0; s < block.n_segments; ++s) {
          block.segments[s].state = block.states[s]->layer(layer);
        }
      });
  if (block.n_logits == 0) return;
  LmHeadArgs head;
  head.residual = residual;
  head.rows = block.logit_rows;
  head.n_rows = block.n_logits;
  head.norm = make_norm(config_, weights.norm_f_weight, weights.norm_f_bias);
  head.weight = weights.lm_head;
  head.logits = logits;
  ops_->lm_head(batch, head);
}

void Model::decode(const DecodeArgs& args) {
  arena_.reset();
  const int64_t n = args.n_sequences, steps = args.steps;
  StateChange change(args.states, n);
  uint32_t* ones = arena_.allocate<uint32_t>(n);
  std::fill_n(ones, n, 1u);
  ForwardArgs rows;
  rows.n_sequences = n;
  rows.states = args.states;
  rows.counts = rows.n_logits = ones;
  Block block = *Cutter(rows, arena_).next();
  // (steps + 1, n): what each step feeds, and at last what the last one draws.
  uint32_t* ids = arena_.allocate<uint32_t>((steps + 1) * n);
  std::copy_n(args.tokens, n, ids);
  RowDraw* draws = arena_.allocate<RowDraw>(n);
  SampleArgs sample;
  sample.logprobs = arena_.allocate<float>(steps * n);  // (steps, n)
  sample.ids = ids;
  for (int64_t step = 0; step < steps; ++step) {
    block.tokens = sample.ids;
    sample.ids += n;
    decode_step(args, step, block, draws, sample);
    sample.logprobs += n;
  }
  ops_->finish();
  const float* logprobs = sample.logprobs - steps * n;
  for (int64_t i = 0; i < n; ++i) {
    for (int64_t step = 0; step < steps; ++step) {
      const float logprob = logprobs[step * n + i];
      uint32_t& id = args.ids[i * steps + step];
      id = std::isnan(logprob) ? kNoToken : ids[(step + 1) * n + i];
      args.logprobs[i * steps + step] = logprob;
      args.samplers[i]->accept(&id, 1);
    }
    args.states[i]->advance(static_cast<uint64_t>(steps));
  }
  change.done();
}

void Model::decode_step(const DecodeArgs& args, int64_t step,
                        const Block& block, RowDraw* draws,
                        SampleArgs& sample) {
  const ArenaScope scope(arena_);
  const int64_t n = args.n_sequences;
  for (int64_t i = 0; i < n; ++i) {
    const SamplingOptions& options = args.samplers[i]->options();
    draws[i].options = options;
    draws[i].place =
        uniform_draw(options.seed, args.draws[i] + static_cast<uint64_t>(step));
  }
  float* logits = arena_.allocate<float>(n * config_.vocab_size);
  run_block(block, logits);
  sample.logits = logits;
  sample.draws = draws;
  sample.n_rows = n;
  sample.vocab_size = config_.vocab_size;
  ops_->sample(sample);
}

void Model::mixer_forward(int64_t layer, State& state, const float* x,
                          int64_t n_tokens, float* out) {
  arena_.reset();
  State* const states[] = {&state};
  StateChange change(states, 1);
  const LayerWeights& w =
      weights_.views().layers[static_cast<std::size_t>(layer)];
  for (int64_t at = 0; at < n_tokens; at += kMostRows) {
    Segment segment;
    segment.count = std::min(kMostRows, n_tokens - at);
    segment.state = state.layer(layer);
    Batch batch;
    batch.rows = segment.count;
    batch.segments = &segment;
    batch.n_segments = 1;
    layer_function(config_.family)({*ops_, arena_, config_, w, batch,
                                    x + at * config_.d_model, Norm{}, false,
                                    out + at * config_.d_model});
    ops_->finish();
  }
  change.done();
}

}  // namespace mamba
