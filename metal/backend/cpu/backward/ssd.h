// Backward of SSD, in its chunked form.
#pragma once

#include "backend/cpu/backward/backward_kernels.h"
#include "backend/cpu/parallel.h"

namespace mamba::MAMBA_CPU_ISA {

inline void ssd_backward(BackwardContext&, const Batch&, const SsdBackward&) {}

}  // namespace mamba::MAMBA_CPU_ISA
