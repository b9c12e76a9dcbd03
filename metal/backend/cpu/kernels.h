// The ops of one instruction set, as a table.
#pragma once

#include <cstdint>

#include "backend/cpu/workspace.h"
#include "ops/ops.h"

namespace mamba {

// What a pass of a peak's loop did; the sum keeps it from being left out.
struct PeakPass {
  double operations;
  float sum;
};

struct CpuKernels {
  void (*embedding)(CpuContext&, const uint32_t* ids, int64_t n,
                    const Matrix& table, float* out);
  void (*in_proj_conv)(CpuContext&, const Batch&, const InProjConvArgs&);
  void (*linear)(CpuContext&, const Batch&, const LinearArgs&);
  void (*selective_scan)(CpuContext&, const Batch&, const SelectiveScanArgs&);
  void (*ssd)(CpuContext&, const Batch&, const SsdArgs&);
  void (*out_proj)(CpuContext&, const Batch&, const OutProjArgs&);
  void (*lm_head)(CpuContext&, const Batch&, const LmHeadArgs&);
  // Reads n floats; the sum keeps the reads from being left out.
  float (*read)(const float* data, int64_t n);
  // Arithmetic in registers alone: fused multiply-adds, dot products of bytes.
  PeakPass (*peak_f32)(int64_t rounds);
  PeakPass (*peak_int8)(int64_t rounds);
};

// Null where the build has no such instruction set.
const CpuKernels* avx512_kernels();
const CpuKernels* avx2_kernels();
const CpuKernels* neon_kernels();

// Those that are used here; null where there are none.
const CpuKernels* best_cpu_kernels();

}  // namespace mamba
