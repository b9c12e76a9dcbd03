#include "backend/reference/reference_ops.h"

namespace mamba {

void ReferenceOps::resize(std::vector<float>& scratch, int64_t count) {
  scratch.resize(static_cast<std::size_t>(count));
}

std::unique_ptr<Ops> make_reference_ops() {
  return std::make_unique<ReferenceOps>();
}

}  // namespace mamba
