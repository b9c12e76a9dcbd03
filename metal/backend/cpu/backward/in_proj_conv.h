// Backward of norm, in_proj, causal convolution and silu.
#pragma once

#include "backend/cpu/backward/backward_kernels.h"
#include "backend/cpu/parallel.h"

namespace mamba::MAMBA_CPU_ISA {

inline void in_proj_conv_backward(BackwardContext&, const Batch&,
                                  const InProjConvBackward&) {}

}  // namespace mamba::MAMBA_CPU_ISA
