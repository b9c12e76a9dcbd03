#include "api/handles.h"

#include <cstring>

#include "api/guard.h"

namespace mamba {

LockedModel::LockedModel(mamba_model* handle) : handle_(handle) {
  require(handle, "model");
  lock_ = std::unique_lock<std::mutex>(handle->mutex);
}

void LockedModel::require_finished() const {
  if (handle_->model.weights().finished()) return;
  fail(Status::invalid_argument,
       "Cannot use the model: it is not finished (mamba_model_finish)");
}

void write_text(const std::string& text, char* out, uint64_t capacity,
                uint64_t* needed) {
  if (needed != nullptr) *needed = text.size() + 1;
  if (out == nullptr || capacity < text.size() + 1) return;
  std::memcpy(out, text.c_str(), text.size() + 1);
}

}  // namespace mamba
