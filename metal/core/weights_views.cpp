// Which tensor goes where: names of the checkpoint to fields of the ops.
#include "core/weights.h"

namespace mamba {
namespace {

class Views {
 public:
  explicit Views(const std::vector<Weights::Tensor>& tensors) {
    for (const Weights::Tensor& tensor : tensors) {
      tensors_.emplace(tensor.spec.name, &tensor);
    }
  }

  // Null for what the config leaves out.
  const float* floats(const std::string& name) const {
    const Weights::Tensor* tensor = find(name);
    return tensor == nullptr ? nullptr : tensor->wide;
  }
  Matrix matrix(const std::string& name) const {
    const Weights::Tensor* tensor = find(name);
    return tensor == nullptr ? Matrix{} : tensor->matrix();
  }

  LayerWeights layer(int64_t i, bool mamba2) const {
    const std::string at = "backbone.layers." + std::to_string(i) + ".";
    const std::string mixer = at + "mixer.";
    LayerWeights layer;
    layer.norm_weight = floats(at + "norm.weight");
    layer.norm_bias = floats(at + "norm.bias");
    layer.in_proj = matrix(mixer + "in_proj.weight");
    layer.in_proj_bias = floats(mixer + "in_proj.bias");
    layer.conv_weight = floats(mixer + "conv1d.weight");
    layer.conv_bias = floats(mixer + "conv1d.bias");
    layer.x_proj = matrix(mixer + "x_proj.weight");
    layer.dt_proj = matrix(mixer + "dt_proj.weight");
    layer.dt_bias = floats(mixer + (mamba2 ? "dt_bias" : "dt_proj.bias"));
    layer.A = floats(mixer + "A_log");
    layer.D = floats(mixer + "D");
    layer.gate_norm_weight = floats(mixer + "norm.weight");
    layer.out_proj = matrix(mixer + "out_proj.weight");
    layer.out_proj_bias = floats(mixer + "out_proj.bias");
    return layer;
  }

 private:
  const Weights::Tensor* find(const std::string& name) const {
    const auto found = tensors_.find(name);
    return found == tensors_.end() ? nullptr : found->second;
  }

  std::unordered_map<std::string, const Weights::Tensor*> tensors_;
};

}  // namespace

ModelWeights model_weights(const ModelConfig& config,
                           const std::vector<Weights::Tensor>& tensors) {
  const Views views(tensors);
  ModelWeights weights;
  weights.embedding = views.matrix("backbone.embedding.weight");
  weights.norm_f_weight = views.floats("backbone.norm_f.weight");
  weights.norm_f_bias = views.floats("backbone.norm_f.bias");
  weights.lm_head = config.tie_embeddings ? weights.embedding
                                          : views.matrix("lm_head.weight");
  weights.layers.reserve(static_cast<std::size_t>(config.n_layer));
  for (int64_t i = 0; i < config.n_layer; ++i) {
    weights.layers.push_back(views.layer(i, config.is_mamba2()));
  }
  return weights;
}

}  // namespace mamba
