#include "backend/metal/backward/metal_backward.h"

#include "backend/metal/metal_backend.h"
#include "backend/metal/metal_ops.h"

namespace mamba {

std::unique_ptr<BackwardOps> make_metal_backward(Ops& forward) {
  return std::make_unique<metal::MetalBackward>(
      static_cast<metal::MetalOps&>(forward).stream());
}

}  // namespace mamba
