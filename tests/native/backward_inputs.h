// What the backward of a case is told, and what it adds to.
#pragma once

#include "backward_cases.h"
#include "op_inputs.h"

namespace test {

// Of the loss Σ weights ⊙ result, or of kScale times the cross-entropy. Arrays
// have the sizes of those in OpInputs; an empty one is not wanted, as if the
// weight were frozen.
struct OpGradients {
  std::vector<float> x;
  std::vector<float> norm_weight, norm_bias, weight, bias;
  std::vector<float> conv_weight, conv_bias;
  std::vector<float> dt_proj, dt_bias, A, D;
  double loss = 0;  // cross_entropy alone
};

constexpr float kScale = 0.75f;

// One array of OpGradients, and what it is the gradient of.
struct Part {
  const char* name;
  std::vector<float> OpGradients::* gradient;
  std::vector<float>& (*input)(OpInputs& inputs);
};
// Those that the case has; x comes first, where it is there, and is no weight.
std::vector<Part> parts_of(const OpCase& op_case);

// A case, with all that its backward is told.
struct BackwardInputs {
  explicit BackwardInputs(const OpCase& op_case);

  OpCase op_case;
  OpInputs inputs;                // with zero states
  std::vector<float> d_out;       // the weights of the loss, like the result
  std::vector<uint32_t> targets;  // of cross_entropy
  std::vector<float> raw;         // of in_proj_conv
};

// Every part in numbers up to `scale`.
OpGradients initial_gradients(const BackwardInputs& from, float scale = 0);

}  // namespace test
