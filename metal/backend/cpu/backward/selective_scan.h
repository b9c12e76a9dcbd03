// Backward of the selective scan.
#pragma once

#include "backend/cpu/backward/backward_kernels.h"
#include "backend/cpu/parallel.h"

namespace mamba::MAMBA_CPU_ISA {

inline void selective_scan_backward(BackwardContext&, const Batch&,
                                    const SelectiveScanBackward&) {}

}  // namespace mamba::MAMBA_CPU_ISA
