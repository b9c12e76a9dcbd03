#include "api/read_config.h"

#include "core/error.h"

namespace mamba {

ModelConfig read_config(const mamba_model_config& from) {
  if (from.struct_size != sizeof(mamba_model_config)) {
    fail(Status::invalid_argument,
         "Cannot use the config: its struct_size is %u, this library knows %zu",
         from.struct_size, sizeof(mamba_model_config));
  }
  ModelConfig config;
  config.family = static_cast<Family>(from.family);
  config.d_model = from.d_model;
  config.n_layer = from.n_layer;
  config.vocab_size = from.vocab_size;
  config.d_inner = from.d_inner;
  config.d_state = from.d_state;
  config.d_conv = from.d_conv;
  config.dt_rank = from.dt_rank;
  config.headdim = from.headdim;
  config.ngroups = from.ngroups;
  config.rms_norm = from.rms_norm != 0;
  config.tie_embeddings = from.tie_embeddings != 0;
  config.proj_bias = from.proj_bias != 0;
  config.conv_bias = from.conv_bias != 0;
  config.norm_eps = from.norm_eps;
  config.dt_min = from.dt_min;
  config.dt_max = from.dt_max;
  config.check();
  return config;
}

}  // namespace mamba
