#include "tiny_model.h"

#include <cmath>
#include <stdexcept>

#include "core/hash.h"

namespace test {
namespace {

constexpr uint32_t kVocabulary = 40;

void require_ok(const Failure& failure) {
  if (failure.status != MAMBA_OK) throw std::runtime_error(failure.text);
}

}  // namespace

mamba_model_config mamba1_config() {
  mamba_model_config config = {};
  config.struct_size = sizeof config;
  config.family = 1;
  config.d_model = 32;
  config.n_layer = 2;
  config.vocab_size = kVocabulary;
  config.d_inner = 64;
  config.d_state = 16;
  config.d_conv = 4;
  config.dt_rank = 2;
  config.rms_norm = 1;
  config.tie_embeddings = 1;
  config.conv_bias = 1;
  config.norm_eps = 1e-5f;
  return config;
}

mamba_model_config mamba2_config() {
  mamba_model_config config = mamba1_config();
  config.family = 2;
  config.dt_rank = 0;
  config.headdim = 16;
  config.ngroups = 2;
  config.dt_max = INFINITY;
  return config;
}

mamba_model_config odd_config() {
  mamba_model_config config = mamba1_config();
  config.d_model = 27;
  config.n_layer = 3;
  config.d_inner = 45;
  config.d_state = 5;
  config.d_conv = 3;
  config.dt_rank = 3;
  config.rms_norm = 0;
  config.tie_embeddings = 0;
  config.proj_bias = 1;
  return config;
}

const std::vector<mamba_model_config>& all_configs() {
  static const std::vector<mamba_model_config> configs = {
      mamba1_config(), mamba2_config(), odd_config()};
  return configs;
}

ModelHandle make_unfinished(const mamba_model_config& config,
                            const Device& device) {
  device.select();
  mamba_model* model = nullptr;
  require_ok(call(mamba_model_create, &config, device.name.c_str(),
                  device.threads, &model));
  return ModelHandle(model);
}

ModelHandle make_model(const mamba_model_config& config, const Device& device,
                       uint64_t seed, uint32_t keep) {
  ModelHandle model = make_unfinished(config, device);
  require_ok(call(mamba_model_randomize, model.get(), seed, keep));
  require_ok(call(mamba_model_finish, model.get()));
  return model;
}

StateHandle make_state(const ModelHandle& model) {
  mamba_state* state = nullptr;
  require_ok(call(mamba_state_create, model.get(), &state));
  return StateHandle(state);
}

StateHandle clone(const StateHandle& state) {
  mamba_state* copy = nullptr;
  require_ok(call(mamba_state_clone, state.get(), &copy));
  return StateHandle(copy);
}

std::vector<float> feed(const ModelHandle& model, const StateHandle& state,
                        const std::vector<uint32_t>& tokens,
                        uint32_t n_logits) {
  std::vector<float> logits(std::size_t{n_logits} * kVocabulary);
  mamba_state* const states[] = {state.get()};
  const auto count = static_cast<uint32_t>(tokens.size());
  require_ok(call(mamba_model_forward, model.get(), 1u,
                  static_cast<mamba_state* const*>(states), &count,
                  tokens.data(), &n_logits, logits.data(),
                  uint64_t{logits.size()}));
  return logits;
}

std::vector<uint32_t> some_tokens(std::size_t n, uint64_t seed) {
  std::vector<uint32_t> tokens;
  for (std::size_t i = 0; i < n; ++i) {
    tokens.push_back(
        static_cast<uint32_t>(mamba::mix64(seed * 1000003 + i) % kVocabulary));
  }
  return tokens;
}

std::vector<float> read_state(const mamba_model_config& c,
                              const StateHandle& state) {
  const uint32_t channels =
      c.d_inner + (c.family == 2 ? 2 * c.ngroups * c.d_state : 0);
  std::vector<float> all;
  for (uint32_t i = 0; i < c.n_layer; ++i) {
    std::vector<float> conv(channels * c.d_conv), ssm(c.d_inner * c.d_state);
    require_ok(call(mamba_state_read_layer, state.get(), i, conv.data(),
                    uint64_t{conv.size()}, ssm.data(), uint64_t{ssm.size()}));
    all.insert(all.end(), conv.begin(), conv.end());
    all.insert(all.end(), ssm.begin(), ssm.end());
  }
  return all;
}

std::vector<unsigned char> save(const ModelHandle& model,
                                const StateHandle& state) {
  std::vector<unsigned char> bytes(mamba_state_saved_size(model.get()));
  require_ok(call(mamba_state_save, state.get(), bytes.data(),
                  uint64_t{bytes.size()}));
  return bytes;
}

std::string describe(const ModelHandle& model) {
  uint64_t needed = 0;
  require_ok(
      call(mamba_model_describe, model.get(), nullptr, uint64_t{0}, &needed));
  std::string json(needed, '\0');
  require_ok(
      call(mamba_model_describe, model.get(), &json[0], needed, &needed));
  json.pop_back();
  return json;
}

}  // namespace test
