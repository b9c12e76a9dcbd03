// Built with AVX2, FMA and F16C; empty on other processors.
#include "backend/cpu/kernels.h"

#if defined(__AVX2__)

#define MAMBA_CPU_ISA avx2
#include "backend/cpu/kernels_table.h"

namespace mamba {
const CpuKernels* avx2_kernels() { return avx2::kernels(); }
}  // namespace mamba

#else

namespace mamba {
const CpuKernels* avx2_kernels() { return nullptr; }
}  // namespace mamba

#endif
