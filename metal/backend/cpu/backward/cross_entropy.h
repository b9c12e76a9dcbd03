// The head and the loss.
#pragma once

#include "backend/cpu/backward/backward_kernels.h"
#include "backend/cpu/parallel.h"

namespace mamba::MAMBA_CPU_ISA {

inline void cross_entropy(BackwardContext&, CrossEntropyArgs&) {}

}  // namespace mamba::MAMBA_CPU_ISA
