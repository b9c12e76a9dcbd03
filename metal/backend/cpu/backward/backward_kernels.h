// The backward ops of one instruction set, as a table.
#pragma once

#include "backend/cpu/workspace.h"
#include "core/arena.h"
#include "ops/backward.h"

namespace mamba {

// What every backward op is given.
struct BackwardContext : CpuContext {
  using CpuContext::CpuContext;
  Arena arena;  // scratch: each op works in an ArenaScope of its own
};

struct BackwardKernels {
  void (*embedding)(BackwardContext&, const EmbeddingBackward&);
  void (*in_proj_conv)(BackwardContext&, const Batch&,
                       const InProjConvBackward&);
  void (*linear)(BackwardContext&, const Batch&, const LinearBackward&);
  void (*selective_scan)(BackwardContext&, const Batch&,
                         const SelectiveScanBackward&);
  void (*ssd)(BackwardContext&, const Batch&, const SsdBackward&);
  void (*out_proj)(BackwardContext&, const Batch&, const OutProjBackward&);
  void (*cross_entropy)(BackwardContext&, CrossEntropyArgs&);
};

// Null where the build has no such instruction set.
const BackwardKernels* avx512_backward_kernels();
const BackwardKernels* avx2_backward_kernels();
const BackwardKernels* neon_backward_kernels();

}  // namespace mamba
