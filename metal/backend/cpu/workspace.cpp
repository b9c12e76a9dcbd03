#include "backend/cpu/workspace.h"

namespace mamba {

float* Workspace::get(Slot slot, int64_t count) {
  const std::size_t bytes = static_cast<std::size_t>(count) * sizeof(float);
  Buffer& buffer = buffers_[slot];
  if (buffer.size() < bytes) {
    buffer = Buffer();
    buffer = Buffer(bytes);
  }
  return buffer.floats();
}

}  // namespace mamba
