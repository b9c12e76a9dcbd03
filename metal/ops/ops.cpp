#include "ops/ops.h"

#include <cstring>

namespace mamba {

const std::shared_ptr<Memory>& Ops::memory() const { return host_memory(); }

void Ops::zero(float* out, int64_t n) {
  std::memset(out, 0, static_cast<std::size_t>(n) * sizeof(float));
}

void Ops::copy(const float* from, int64_t n, float* to) {
  std::memcpy(to, from, static_cast<std::size_t>(n) * sizeof(float));
}

}  // namespace mamba
