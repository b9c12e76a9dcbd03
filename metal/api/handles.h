// What is behind the opaque handles of include/mamba.h.
#pragma once

#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "core/mapped_file.h"
#include "core/sampler.h"
#include "core/state.h"
#include "models/model.h"

struct mamba_file {
  std::shared_ptr<const mamba::MappedFile> file;
};

struct mamba_model {
  // One call at a time.
  mutable std::mutex mutex;
  mamba::Model model;
  // Of the call that runs: kept, so that decoding allocates nothing.
  std::vector<mamba::State*> states;

  mamba_model(const mamba::ModelConfig& config, mamba::DeviceDescription device,
              std::unique_ptr<mamba::Ops> ops)
      : model(config, std::move(device), std::move(ops)) {}
};

struct mamba_state {
  mamba::State state;

  explicit mamba_state(std::shared_ptr<const mamba::StateLayout> layout)
      : state(std::move(layout)) {}
};

struct mamba_sampler {
  mamba::Sampler sampler;
  std::vector<mamba::Sampler::Choice> top;
};

namespace mamba {

// A model for the time of one call.
class LockedModel {
 public:
  // Throws Error (invalid_argument) for null.
  explicit LockedModel(mamba_model* handle);
  Model& operator*() { return handle_->model; }
  Model* operator->() { return &handle_->model; }
  std::vector<State*>& states() { return handle_->states; }
  // Throws Error (invalid_argument) if the model is not finished.
  void require_finished() const;

 private:
  mamba_model* handle_;
  std::unique_lock<std::mutex> lock_;
};

// Writes JSON as mamba_devices_describe and mamba_model_describe say.
void write_text(const std::string& text, char* out, uint64_t capacity,
                uint64_t* needed);

}  // namespace mamba
