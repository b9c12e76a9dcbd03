// Small random models through the C ABI, as a caller sees the library.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "device_list.h"
#include "include/mamba.h"

namespace test {

struct DestroyModel {
  void operator()(mamba_model* model) const { mamba_model_destroy(model); }
};
struct DestroyState {
  void operator()(mamba_state* state) const { mamba_state_destroy(state); }
};
using ModelHandle = std::unique_ptr<mamba_model, DestroyModel>;
using StateHandle = std::unique_ptr<mamba_state, DestroyState>;

// The last call's error text, and room for it.
struct Failure {
  mamba_status status = MAMBA_OK;
  std::string text;
};
// Calls a function of the C ABI with room for its error text at the end.
template <typename Function, typename... Arguments>
Failure call(Function function, Arguments... arguments) {
  char text[512] = "";
  Failure failure;
  failure.status = function(arguments..., text, sizeof text);
  failure.text = text;
  return failure;
}

mamba_model_config mamba1_config();
mamba_model_config mamba2_config();
// Odd numbers everywhere, LayerNorm, every bias, untied.
mamba_model_config odd_config();
const std::vector<mamba_model_config>& all_configs();

// Throw std::runtime_error with the error's text.
ModelHandle make_unfinished(const mamba_model_config& config,
                            const Device& device);
ModelHandle make_model(const mamba_model_config& config, const Device& device,
                       uint64_t seed = 1, uint32_t keep = MAMBA_F32);
StateHandle make_state(const ModelHandle& model);
StateHandle clone(const StateHandle& state);

// Feeds one sequence; the logits of its last `n_logits` tokens.
std::vector<float> feed(const ModelHandle& model, const StateHandle& state,
                        const std::vector<uint32_t>& tokens, uint32_t n_logits);
// `n` tokens below the vocabulary of the configs above.
std::vector<uint32_t> some_tokens(std::size_t n, uint64_t seed = 1);
// A state's numbers in the official layout, layer by layer.
std::vector<float> read_state(const mamba_model_config& config,
                              const StateHandle& state);
std::vector<unsigned char> save(const ModelHandle& model,
                                const StateHandle& state);
std::string describe(const ModelHandle& model);

}  // namespace test
