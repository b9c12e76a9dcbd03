// States: one sequence's memory as a value.
#include "api/guard.h"
#include "api/handles.h"

namespace {

using mamba::fail;
using mamba::Status;

void check_size(const char* what, uint64_t got, int64_t wanted) {
  if (got == static_cast<uint64_t>(wanted)) return;
  fail(Status::invalid_argument,
       "Cannot read the layer: %s is %llu, wanted %lld", what,
       static_cast<unsigned long long>(got), static_cast<long long>(wanted));
}

void require_sound(const mamba::State& state) {
  if (!state.broken) return;
  fail(Status::invalid_argument,
       "Cannot use the state: a call failed in the middle of changing it; "
       "reset or load it");
}

}  // namespace

mamba_status mamba_state_create(mamba_model* model, mamba_state** out,
                                char* error, uint64_t error_capacity) {
  return mamba::guard({error, error_capacity}, [&] {
    mamba::require(out, "out");
    mamba::LockedModel locked(model);
    locked.require_finished();
    *out = new mamba_state(locked->state_layout());
  });
}

mamba_status mamba_state_clone(const mamba_state* state, mamba_state** out,
                               char* error, uint64_t error_capacity) {
  return mamba::guard({error, error_capacity}, [&] {
    mamba::require(state, "state");
    mamba::require(out, "out");
    auto copy = std::make_unique<mamba_state>(state->state.layout());
    copy->state.copy_from(state->state);
    *out = copy.release();
  });
}

mamba_status mamba_state_reset(mamba_state* state, char* error,
                               uint64_t error_capacity) {
  return mamba::guard({error, error_capacity}, [&] {
    mamba::require(state, "state");
    state->state.reset();
  });
}

void mamba_state_destroy(mamba_state* state) { delete state; }

uint64_t mamba_state_position(const mamba_state* state) {
  return state == nullptr ? 0 : state->state.position();
}

mamba_status mamba_state_read_layer(const mamba_state* state, uint32_t layer,
                                    float* conv_state, uint64_t conv_count,
                                    float* ssm_state, uint64_t ssm_count,
                                    char* error, uint64_t error_capacity) {
  return mamba::guard({error, error_capacity}, [&] {
    mamba::require(state, "state");
    mamba::require(conv_state, "conv_state");
    mamba::require(ssm_state, "ssm_state");
    const mamba::ModelConfig& config = state->state.layout()->config;
    if (layer >= config.n_layer) {
      fail(Status::invalid_argument,
           "Cannot read layer %u: the model has %lld layers", layer,
           static_cast<long long>(config.n_layer));
    }
    check_size("conv_count", conv_count, config.conv_floats());
    check_size("ssm_count", ssm_count, config.ssm_floats());
    require_sound(state->state);
    state->state.read_layer(layer, conv_state, ssm_state);
  });
}

uint64_t mamba_state_saved_size(const mamba_model* model) {
  if (model == nullptr) return 0;
  const std::lock_guard<std::mutex> lock(model->mutex);
  const auto& layout = model->model.state_layout();
  return layout == nullptr ? 0 : mamba::State::saved_size(*layout);
}

mamba_status mamba_state_save(const mamba_state* state, void* out,
                              uint64_t bytes, char* error,
                              uint64_t error_capacity) {
  return mamba::guard({error, error_capacity}, [&] {
    mamba::require(state, "state");
    mamba::require(out, "out");
    const uint64_t wanted = mamba::State::saved_size(*state->state.layout());
    if (bytes != wanted) {
      fail(Status::invalid_argument,
           "Cannot save the state: there is room for %llu bytes, it takes %llu",
           static_cast<unsigned long long>(bytes),
           static_cast<unsigned long long>(wanted));
    }
    require_sound(state->state);
    state->state.save(out);
  });
}

mamba_status mamba_state_load(mamba_state* state, const void* data,
                              uint64_t bytes, char* error,
                              uint64_t error_capacity) {
  return mamba::guard({error, error_capacity}, [&] {
    mamba::require(state, "state");
    mamba::require(data, "data");
    state->state.load(data, bytes);
  });
}
