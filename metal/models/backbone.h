// What all models share: the embedding, then one layer after the other over
// the residual stream.
#pragma once

#include "models/registry.h"

namespace mamba {

Norm make_norm(const ModelConfig& config, const float* weight,
               const float* bias);

// tokens (L) -> residual (L, M), which lives in the arena. Calls
// enter_layer(i) before layer i: the batch's segments must then point at that
// layer's states.
template <typename EnterLayer>
float* run_backbone(Ops& ops, Arena& arena, const ModelConfig& config,
                    const ModelWeights& weights, const Batch& batch,
                    const uint32_t* tokens, const EnterLayer& enter_layer) {
  const LayerFunction layer = layer_function(config.family);
  float* residual = arena.allocate<float>(batch.rows * config.d_model);
  ops.embedding(tokens, batch.rows, weights.embedding, residual);
  for (int64_t i = 0; i < config.n_layer; ++i) {
    const LayerWeights& w = weights.layers[static_cast<std::size_t>(i)];
    enter_layer(i);
    layer({ops, arena, config, w, batch, residual,
           make_norm(config, w.norm_weight, w.norm_bias), true, residual});
  }
  return residual;
}

}  // namespace mamba
