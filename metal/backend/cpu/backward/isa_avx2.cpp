// Built with AVX2, FMA and F16C; empty on other processors.
#include "backend/cpu/backward/backward_kernels.h"

#if defined(__AVX2__)

#define MAMBA_CPU_ISA avx2
#include "backend/cpu/backward/backward_table.h"

namespace mamba {
const BackwardKernels* avx2_backward_kernels() {
  return avx2::backward_kernels();
}
}  // namespace mamba

#else

namespace mamba {
const BackwardKernels* avx2_backward_kernels() { return nullptr; }
}  // namespace mamba

#endif
