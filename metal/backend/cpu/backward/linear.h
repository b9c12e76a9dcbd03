// Backward of x Wᵀ.
#pragma once

#include "backend/cpu/backward/backward_kernels.h"
#include "backend/cpu/parallel.h"

namespace mamba::MAMBA_CPU_ISA {

inline void linear_backward(BackwardContext&, const Batch&,
                            const LinearBackward&) {}

}  // namespace mamba::MAMBA_CPU_ISA
