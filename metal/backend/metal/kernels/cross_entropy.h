// Arguments of cross_entropy.metal, for the host and the GPU.
#pragma once

struct CrossEntropyRowsArgs {
  uint32_t cols;  // the vocabulary
  float scale;
};

// -log softmax(logits)[target] = log(sum) + below_max; 0 without a target.
struct CrossEntropyRow {
  float sum;  // Σ exp(logit - max)
  float below_max;
};
