// Model families: what differs between them is one layer's mixer.
#pragma once

#include "core/arena.h"
#include "core/config.h"
#include "core/weights.h"
#include "ops/ops.h"

namespace mamba {

// One layer: out (+)= mixer(norm(x)), for any number of rows. The state moves
// on with the batch's segments.
struct LayerArgs {
  Ops& ops;
  Arena& arena;
  const ModelConfig& config;
  const LayerWeights& weights;
  const Batch& batch;
  const float* x;   // (L, M)
  Norm norm;        // before the mixer; null weight = none
  bool accumulate;  // out += result, or out = result
  float* out;       // (L, M)
};

using LayerFunction = void (*)(const LayerArgs& args);

LayerFunction layer_function(Family family);

// What both families do first: norm, in_proj, convolution, to out (L, J).
InProjConvArgs in_proj_conv_args(const LayerArgs& args, float* out);
// And last: out_proj of y (L, D), to the layer's output.
OutProjArgs out_proj_args(const LayerArgs& args, const float* y);

void mamba1_layer(const LayerArgs& args);
void mamba2_layer(const LayerArgs& args);

}  // namespace mamba
