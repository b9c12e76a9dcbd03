#include "backend/metal/backward/metal_backward.h"

#include "backend/metal/metal_backend.h"
#include "backend/metal/metal_ops.h"

namespace mamba {
namespace metal {

uint32_t* MetalBackward::fresh_index(std::size_t count) {
  stream_.finish();
  const std::size_t bytes = count * sizeof(uint32_t);
  if (index_.size() < bytes) {
    index_ = Buffer();
    index_ = Buffer(bytes, *stream_.memory());
  }
  return static_cast<uint32_t*>(index_.data());
}

}  // namespace metal

std::unique_ptr<BackwardOps> make_metal_backward(Ops& forward) {
  return std::make_unique<metal::MetalBackward>(
      static_cast<metal::MetalOps&>(forward).stream());
}

}  // namespace mamba
