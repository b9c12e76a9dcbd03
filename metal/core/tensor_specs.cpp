#include "core/tensor_specs.h"

#include <cmath>

namespace mamba {
namespace {

using Shape = std::vector<uint64_t>;

// Collects specs; starting values are those of the papers' code.
class SpecList {
 public:
  explicit SpecList(const ModelConfig& config) : config_(config) {}

  std::vector<TensorSpec> collect() {
    const ModelConfig& c = config_;
    const int64_t vocabulary = c.vocab_size;
    if (vocabulary > 0) {
      add("backbone.embedding.weight", {u(vocabulary), u(c.d_model)},
          Role::matrix, Fill::normal, 0.02);
      if (c.tie_embeddings) quantise_head();
    }
    for (int64_t i = 0; i < c.n_layer; ++i) {
      prefix_ = "backbone.layers." + std::to_string(i) + ".";
      add_layer(i == 0);
    }
    prefix_.clear();
    if (vocabulary > 0) {
      add_norm("backbone.norm_f");
      if (!c.tie_embeddings) {
        add_linear("lm_head", vocabulary, c.d_model, 1);
        quantise_head();
      }
    }
    return std::move(specs_);
  }

 private:
  static uint64_t u(int64_t value) { return static_cast<uint64_t>(value); }

  void add(const std::string& name, Shape shape, Role role, Fill fill,
           double scale = 0) {
    TensorSpec spec;
    spec.name = prefix_ + name;
    spec.shape = std::move(shape);
    spec.role = role;
    spec.fill = fill;
    spec.scale = scale;
    specs_.push_back(std::move(spec));
  }

  // PyTorch's default for a linear layer is U(±1/√inputs).
  void add_linear(const std::string& name, int64_t outputs, int64_t inputs,
                  double factor) {
    add(name + ".weight", {u(outputs), u(inputs)}, Role::matrix, Fill::uniform,
        factor / std::sqrt(static_cast<double>(inputs)));
  }

  void add_norm(const std::string& name) {
    add(name + ".weight", {u(config_.d_model)}, Role::vector, Fill::ones);
    if (!config_.rms_norm) {
      add(name + ".bias", {u(config_.d_model)}, Role::vector, Fill::zeros);
    }
  }

  // Every logit is a sum over a row of the head: half of what 4 bits would cost
  // a small model would be lost there.
  void quantise_head() {
    specs_.back().quantises = specs_.back().sensitive = true;
  }

  // The first layer's error goes through all others: a third of what 4 bits
  // cost a model of eight layers would be lost there.
  void add_layer(bool first) {
    const ModelConfig& c = config_;
    add_norm("norm");
    add_linear("mixer.in_proj", c.projected(), c.d_model, 1);
    specs_.back().quantises = true;
    specs_.back().sensitive = first;
    // The rows of dt: an error there is one in every state's decay.
    if (c.is_mamba2()) specs_.back().tail = c.nheads();
    if (c.proj_bias) add_vector("mixer.in_proj.bias", c.projected());
    const double conv_scale = 1 / std::sqrt(static_cast<double>(c.d_conv));
    add("mixer.conv1d.weight", {u(c.channels()), 1, u(c.d_conv)}, Role::conv,
        Fill::uniform, conv_scale);
    if (c.conv_bias) {
      add("mixer.conv1d.bias", {u(c.channels())}, Role::vector, Fill::uniform,
          conv_scale);
    }
    c.is_mamba2() ? add_ssd() : add_selective_scan();
    // The residual stream grows with every layer: keep its sum in bounds.
    add_linear("mixer.out_proj", c.d_model, c.d_inner,
               1 / std::sqrt(static_cast<double>(c.n_layer)));
    specs_.back().quantises = true;
    specs_.back().sensitive = first;
    // The gate leaves a few large numbers among many small ones.
    specs_.back().rotated = true;
    if (c.proj_bias) add_vector("mixer.out_proj.bias", c.d_model);
  }

  void add_selective_scan() {
    const ModelConfig& c = config_;
    add_linear("mixer.x_proj", c.dt_rank + 2 * c.d_state, c.d_inner, 1);
    add("mixer.dt_proj.weight", {u(c.d_inner), u(c.dt_rank)}, Role::matrix,
        Fill::uniform, 1 / std::sqrt(static_cast<double>(c.dt_rank)));
    add("mixer.dt_proj.bias", {u(c.d_inner)}, Role::vector, Fill::dt_bias);
    add("mixer.A_log", {u(c.d_inner), u(c.d_state)}, Role::a_log,
        Fill::a_log_range);
    add("mixer.D", {u(c.d_inner)}, Role::vector, Fill::ones);
  }

  void add_ssd() {
    const uint64_t heads = u(config_.nheads());
    add("mixer.dt_bias", {heads}, Role::vector, Fill::dt_bias);
    add("mixer.A_log", {heads}, Role::a_log, Fill::a_log_random);
    add("mixer.D", {heads}, Role::vector, Fill::ones);
    add("mixer.norm.weight", {u(config_.d_inner)}, Role::vector, Fill::ones);
  }

  void add_vector(const std::string& name, int64_t count) {
    add(name, {u(count)}, Role::vector, Fill::zeros);
  }

  const ModelConfig& config_;
  std::string prefix_;
  std::vector<TensorSpec> specs_;
};

}  // namespace

std::vector<TensorSpec> tensor_specs(const ModelConfig& config) {
  return SpecList(config).collect();
}

std::string shape_text(const uint64_t* shape, uint64_t rank) {
  std::string text = "(";
  for (uint64_t i = 0; i < rank; ++i) {
    if (i > 0) text += ", ";
    text += std::to_string(shape[i]);
  }
  return text + ")";
}

}  // namespace mamba
