#include "api/self_test/small_models.h"

namespace mamba {
namespace {

constexpr uint64_t kSeed = 1;

}  // namespace

ModelConfig small_config(Family family) {
  ModelConfig config;
  config.family = family;
  config.d_model = 96;
  config.n_layer = 1;
  config.vocab_size = kSmallVocabulary;
  config.d_inner = 192;
  config.d_conv = 4;
  if (family == Family::mamba1) {
    config.d_state = 16;
    config.dt_rank = 6;
  } else {
    config.d_state = 64;
    config.headdim = 32;
    config.ngroups = 2;
    config.dt_max = 1e30f;
  }
  return config;
}

ModelConfig odd_config(Family family) {
  ModelConfig config = small_config(family);
  config.d_model = 35;
  config.d_inner = 70;
  config.d_conv = 3;
  config.d_state = 9;
  config.rms_norm = false;
  config.tie_embeddings = false;
  config.proj_bias = true;
  if (family == Family::mamba1) {
    config.dt_rank = 3;
  } else {
    config.headdim = 7;
  }
  return config;
}

std::unique_ptr<Model> make_small_model(const ModelConfig& config, Dtype dtype,
                                        std::unique_ptr<Ops> ops) {
  auto model =
      std::make_unique<Model>(config, DeviceDescription{}, std::move(ops));
  model->weights().randomize(kSeed, dtype);
  model->finish();
  return model;
}

}  // namespace mamba
