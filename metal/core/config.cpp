#include "core/config.h"

#include <cinttypes>
#include <cmath>

#include "core/error.h"
#include "core/half.h"

namespace mamba {
namespace {

// Far above any model that exists, low enough that no product of two or three
// of them leaves 63 bits.
constexpr int64_t kMostWidth = int64_t{1} << 20;
constexpr int64_t kMostLayers = int64_t{1} << 12;
constexpr int64_t kMostTokens = int64_t{1} << 24;
constexpr int64_t kMostStates = int64_t{1} << 14;
constexpr int64_t kMostColumns = 64;

void check_range(const char* field, int64_t value, int64_t least,
                 int64_t most) {
  if (value >= least && value <= most) return;
  fail(Status::invalid_argument,
       "Cannot create the model: %s is %" PRId64 ", wanted %" PRId64
       " to %" PRId64,
       field, value, least, most);
}

void check_multiple(const char* what, int64_t value, const char* of,
                    int64_t divisor) {
  if (value % divisor == 0) return;
  fail(Status::invalid_argument,
       "Cannot create the model: %s is %" PRId64
       ", which is not a multiple of %s %" PRId64,
       what, value, of, divisor);
}

void check_mamba2(const ModelConfig& config) {
  check_range("headdim", config.headdim, 1, config.d_inner);
  check_range("ngroups", config.ngroups, 1, config.d_inner);
  check_multiple("d_inner", config.d_inner, "headdim", config.headdim);
  check_multiple("the number of heads (d_inner / headdim)", config.nheads(),
                 "ngroups", config.ngroups);
  // Written so that a NaN fails too.
  if (!(config.dt_min >= 0 && config.dt_max > 0 &&
        config.dt_min <= config.dt_max)) {
    fail(Status::invalid_argument,
         "Cannot create the model: dt is clamped to [%g, %g], wanted 0 <= "
         "dt_min <= dt_max and dt_max > 0",
         double(config.dt_min), double(config.dt_max));
  }
}

}  // namespace

void ModelConfig::check() const {
  if (family != Family::mamba1 && family != Family::mamba2) {
    fail(Status::invalid_argument,
         "Cannot create the model: family is %u, wanted 1 (Mamba) or 2 (Mamba "
         "2)",
         static_cast<unsigned>(family));
  }
  check_range("d_model", d_model, 1, kMostWidth);
  check_range("n_layer", n_layer, 1, kMostLayers);
  check_range("vocab_size", vocab_size, 0, kMostTokens);
  check_range("d_inner", d_inner, 1, kMostWidth);
  check_range("d_state", d_state, 1, kMostStates);
  check_range("d_conv", d_conv, 1, kMostColumns);
  if (is_mamba2()) {
    check_mamba2(*this);
  } else {
    check_range("dt_rank", dt_rank, 1, kMostWidth);
  }
  if (!(norm_eps >= 0) || std::isinf(norm_eps)) {
    fail(Status::invalid_argument,
         "Cannot create the model: norm_eps is %g, wanted a number >= 0",
         double(norm_eps));
  }
}

void ModelConfig::add_to(Hash& hash) const {
  const bool second = is_mamba2();
  const int64_t values[] = {
      static_cast<int64_t>(family), d_model, n_layer, vocab_size, d_inner,
      d_state, d_conv,
      // What belongs to the other family does not make a difference.
      second ? 0 : dt_rank, second ? headdim : 0, second ? ngroups : 0,
      rms_norm, tie_embeddings, proj_bias, conv_bias, float_bits(norm_eps),
      second ? float_bits(dt_min) : 0, second ? float_bits(dt_max) : 0};
  hash.add(values, sizeof values);
}

}  // namespace mamba
