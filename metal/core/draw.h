// Draws tokens from logits: temperature, then top-k, top-p and min-p, then one
// number decides. What comes before it, bias and penalties: core/sampler.h.
#pragma once

#include <cstdint>
#include <vector>

#include "core/cutoff.h"

namespace mamba {

struct DrawOptions {
  int64_t vocab_size = 0;  // ids from here on are never drawn
  float temperature = 1;
  int64_t top_k = 0;  // 0 = off
  float top_p = 1;
  float min_p = 0;
};

class Drawer {
 public:
  // The tokens that may be drawn lie in a row, in the order of their ids, each
  // as long as its weight: the one in which `place` falls, [0, 1) of the row's
  // length. At temperature 0 the highest logit, the lowest id on ties.
  // logits (vocab_size), no NaN; `max` is the highest, finite.
  int64_t draw(const DrawOptions& options, const float* logits, float max,
               double place);

 private:
  void drop_unlikely(const DrawOptions& options, const float* logits,
                     float max);

  // Scratch, reused: no memory is asked for after the first draw.
  std::vector<float> weights_;
  CutoffFinder finder_;
};

}  // namespace mamba
