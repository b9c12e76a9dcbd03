// Which tensor goes where: names of the checkpoint to fields of the ops.
#include "core/weights.h"

namespace mamba {
namespace {

class Views {
 public:
  Views(const std::vector<Weights::Tensor>& tensors,
        const std::unordered_map<std::string, std::size_t>& index)
      : tensors_(tensors), index_(index) {}

  // Null for what the config leaves out.
  const float* floats(const std::string& name) const {
    const Weights::Tensor* tensor = find(name);
    return tensor == nullptr ? nullptr : tensor->wide.floats();
  }
  Matrix matrix(const std::string& name) const {
    const Weights::Tensor* tensor = find(name);
    Matrix matrix;
    if (tensor == nullptr) return matrix;
    matrix.data = tensor->data;
    matrix.dtype = tensor->dtype;
    matrix.rows = static_cast<int64_t>(tensor->spec.shape[0]);
    matrix.cols = static_cast<int64_t>(tensor->spec.shape[1]);
    return matrix;
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
    const auto found = index_.find(name);
    return found == index_.end() ? nullptr : &tensors_[found->second];
  }

  const std::vector<Weights::Tensor>& tensors_;
  const std::unordered_map<std::string, std::size_t>& index_;
};

}  // namespace

void Weights::make_views() {
  const Views views(tensors_, index_);
  views_.embedding = views.matrix("backbone.embedding.weight");
  views_.norm_f_weight = views.floats("backbone.norm_f.weight");
  views_.norm_f_bias = views.floats("backbone.norm_f.bias");
  views_.lm_head = config_.tie_embeddings ? views_.embedding
                                          : views.matrix("lm_head.weight");
  views_.layers.reserve(static_cast<std::size_t>(config_.n_layer));
  for (int64_t i = 0; i < config_.n_layer; ++i) {
    views_.layers.push_back(views.layer(i, config_.is_mamba2()));
  }
}

}  // namespace mamba
