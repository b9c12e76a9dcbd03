// Everything of the backward that is compiled once per instruction set.
#pragma once

#include "backend/cpu/backward/backward_kernels.h"
#include "backend/cpu/backward/cross_entropy.h"
#include "backend/cpu/backward/embedding.h"
#include "backend/cpu/backward/in_proj_conv.h"
#include "backend/cpu/backward/linear.h"
#include "backend/cpu/backward/out_proj.h"
#include "backend/cpu/backward/selective_scan.h"
#include "backend/cpu/backward/ssd.h"

namespace mamba::MAMBA_CPU_ISA {

inline const BackwardKernels* backward_kernels() {
  static constexpr BackwardKernels table{
      embedding_backward,      in_proj_conv_backward, linear_backward,
      selective_scan_backward, ssd_backward,          out_proj_backward,
      cross_entropy,
  };
  return &table;
}

}  // namespace mamba::MAMBA_CPU_ISA
