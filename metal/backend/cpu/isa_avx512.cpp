// Built with AVX-512 (F, BW, DQ, VL), FMA and F16C; empty on other processors.
#include "backend/cpu/kernels.h"

#if defined(__AVX512F__)

#define MAMBA_CPU_ISA avx512
#include "backend/cpu/kernels_table.h"

namespace mamba {
const CpuKernels* avx512_kernels() { return avx512::kernels(); }
}  // namespace mamba

#else

namespace mamba {
const CpuKernels* avx512_kernels() { return nullptr; }
}  // namespace mamba

#endif
