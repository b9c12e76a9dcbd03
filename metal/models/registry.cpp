#include "models/registry.h"

#include "models/backbone.h"

namespace mamba {

LayerFunction layer_function(Family family) {
  return family == Family::mamba2 ? mamba2_layer : mamba1_layer;
}

Norm make_norm(const ModelConfig& config, const float* weight,
               const float* bias) {
  Norm norm;
  norm.weight = weight;
  norm.bias = bias;
  norm.rms = config.rms_norm;
  norm.eps = config.norm_eps;
  return norm;
}

InProjConvArgs in_proj_conv_args(const LayerArgs& args, float* out) {
  const ModelConfig& c = args.config;
  const LayerWeights& w = args.weights;
  InProjConvArgs in;
  in.x = args.x;
  in.norm = args.norm;
  in.weight = w.in_proj;
  in.bias = w.in_proj_bias;
  in.conv_begin = c.conv_begin();
  in.channels = c.channels();
  in.d_conv = c.d_conv;
  in.conv_weight = w.conv_weight;
  in.conv_bias = w.conv_bias;
  in.out = out;
  return in;
}

OutProjArgs out_proj_args(const LayerArgs& args, const float* y) {
  OutProjArgs out;
  out.y = y;
  out.weight = args.weights.out_proj;
  out.bias = args.weights.out_proj_bias;
  out.accumulate = args.accumulate;
  out.residual = args.out;
  return out;
}

}  // namespace mamba
