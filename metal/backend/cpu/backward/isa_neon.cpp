// NEON is part of every 64-bit Arm; empty on other processors.
#include "backend/cpu/backward/backward_kernels.h"

#if defined(__aarch64__)

#define MAMBA_CPU_ISA neon
#include "backend/cpu/backward/backward_table.h"

namespace mamba {
const BackwardKernels* neon_backward_kernels() {
  return neon::backward_kernels();
}
}  // namespace mamba

#else

namespace mamba {
const BackwardKernels* neon_backward_kernels() { return nullptr; }
}  // namespace mamba

#endif
