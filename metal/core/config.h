// The dimensions of a model, checked, and what follows from them.
#pragma once

#include <cstdint>

#include "core/hash.h"

namespace mamba {

enum class Family : uint32_t { mamba1 = 1, mamba2 = 2 };

struct ModelConfig {
  Family family = Family::mamba1;
  int64_t d_model = 0;
  int64_t n_layer = 0;
  int64_t vocab_size = 0;  // padded; 0 = blocks only
  int64_t d_inner = 0;
  int64_t d_state = 0;
  int64_t d_conv = 0;
  int64_t dt_rank = 0;  // Mamba
  int64_t headdim = 0;  // Mamba 2
  int64_t ngroups = 0;  // Mamba 2
  bool rms_norm = true;
  bool tie_embeddings = true;
  bool proj_bias = false;
  bool conv_bias = true;
  float norm_eps = 1e-5f;
  float dt_min = 0;  // Mamba 2
  float dt_max = 0;  // Mamba 2

  bool is_mamba2() const { return family == Family::mamba2; }
  int64_t nheads() const { return d_inner / headdim; }
  // Columns that go through the convolution.
  int64_t channels() const {
    return is_mamba2() ? d_inner + 2 * ngroups * d_state : d_inner;
  }
  // Columns of in_proj: [x | z] or [z | x | B | C | dt].
  int64_t projected() const {
    return is_mamba2() ? d_inner + channels() + nheads() : 2 * d_inner;
  }
  // The first of the columns that go through the convolution.
  int64_t conv_begin() const { return is_mamba2() ? d_inner : 0; }
  int64_t conv_floats() const { return d_conv * channels(); }
  int64_t ssm_floats() const { return d_inner * d_state; }

  // Throws Error (invalid_argument) that names the field and what is wrong.
  void check() const;
  void add_to(Hash& hash) const;
};

}  // namespace mamba
