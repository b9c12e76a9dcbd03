// Built with AVX-512 (F, BW, DQ, VL), FMA and F16C; empty on other processors.
#include "backend/cpu/backward/backward_kernels.h"

#if defined(__AVX512F__)

#define MAMBA_CPU_ISA avx512
#include "backend/cpu/backward/backward_table.h"

namespace mamba {
const BackwardKernels* avx512_backward_kernels() {
  return avx512::backward_kernels();
}
}  // namespace mamba

#else

namespace mamba {
const BackwardKernels* avx512_backward_kernels() { return nullptr; }
}  // namespace mamba

#endif
