// Built with NEON; empty on other processors.
#include "backend/cpu/kernels.h"

#if defined(__aarch64__)

#define MAMBA_CPU_ISA neon
#include "backend/cpu/kernels_table.h"

namespace mamba {
const CpuKernels* neon_kernels() { return neon::kernels(); }
}  // namespace mamba

#else

namespace mamba {
const CpuKernels* neon_kernels() { return nullptr; }
}  // namespace mamba

#endif
