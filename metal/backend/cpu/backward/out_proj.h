// Backward of the gated norm and out_proj.
#pragma once

#include "backend/cpu/backward/backward_kernels.h"
#include "backend/cpu/parallel.h"

namespace mamba::MAMBA_CPU_ISA {

inline void out_proj_backward(BackwardContext&, const Batch&,
                              const OutProjBackward&) {}

}  // namespace mamba::MAMBA_CPU_ISA
