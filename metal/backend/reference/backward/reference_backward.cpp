#include "backend/reference/backward/reference_backward.h"

namespace mamba {

std::unique_ptr<BackwardOps> make_reference_backward() {
  return std::make_unique<ReferenceBackward>();
}

}  // namespace mamba
