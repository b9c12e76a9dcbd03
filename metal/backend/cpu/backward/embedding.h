// Gradients of embedding rows.
#pragma once

#include "backend/cpu/backward/backward_kernels.h"
#include "backend/cpu/parallel.h"

namespace mamba::MAMBA_CPU_ISA {

inline void embedding_backward(BackwardContext&, const EmbeddingBackward&) {}

}  // namespace mamba::MAMBA_CPU_ISA
