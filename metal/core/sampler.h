// Chooses the next token. The steps and their order: include/mamba.h.
#pragma once

#include <cstdint>
#include <utility>
#include <vector>

#include "core/draw.h"

namespace mamba {

struct SamplingOptions : DrawOptions {
  float repetition_penalty = 1;
  float presence_penalty = 0;
  float frequency_penalty = 0;
  int64_t repetition_window = 0;
  uint64_t seed = 0;
  std::vector<std::pair<uint32_t, float>> bias;

  // Throws Error (invalid_argument) that names the option.
  void check() const;
};

class Sampler {
 public:
  explicit Sampler(SamplingOptions options);

  const SamplingOptions& options() const { return options_; }
  // True if bias and penalties never change a logit: then DrawOptions and a
  // number say it all.
  bool is_plain() const;
  void accept(const uint32_t* ids, uint64_t n);

  struct Choice {
    uint32_t id = 0;
    float logprob = 0;
  };
  // Draws a token and accepts it. `top` takes the n_top likeliest tokens, best
  // first, or is null. Throws Error: numeric for NaN or +infinity among the
  // logits, invalid_argument when every token is banned.
  Choice sample(const float* logits, int64_t n_logits, uint64_t draw_index,
                int64_t n_top, Choice* top);

 private:
  bool has_penalties() const;
  const float* adjust(const float* logits);
  void apply_penalties(float* logits);
  void find_top(const float* logits, double log_sum, int64_t n_top,
                Choice* top);

  const SamplingOptions options_;
  // The last repetition_window tokens, a ring once it is full.
  std::vector<uint32_t> history_;
  std::size_t oldest_ = 0;
  // Scratch, reused: no memory is asked for after the first draw.
  std::vector<float> adjusted_;
  std::vector<uint32_t> occurrences_;
  std::vector<uint32_t> ranking_;
  Drawer drawer_;
};

// In [0, 1): draw `index` of a seed, a multiple of 2^-53.
double uniform_draw(uint64_t seed, uint64_t index);

}  // namespace mamba
