// Models for self-tests: small, but with every case that kernels tell apart.
#pragma once

#include <memory>

#include "models/model.h"

namespace mamba {

constexpr uint32_t kSmallVocabulary = 203;

// Sizes that fill vectors, two groups in Mamba 2.
ModelConfig small_config(Family family);
// Sizes that fill none, LayerNorm, biases, a head of its own.
ModelConfig odd_config(Family family);

// A finished model with random weights.
std::unique_ptr<Model> make_small_model(const ModelConfig& config, Dtype dtype,
                                        std::unique_ptr<Ops> ops);

}  // namespace mamba
