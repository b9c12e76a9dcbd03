// Everything that is compiled once per instruction set.
#pragma once

#include "backend/cpu/embedding.h"
#include "backend/cpu/in_proj_conv.h"
#include "backend/cpu/kernels.h"
#include "backend/cpu/linear.h"
#include "backend/cpu/lm_head.h"
#include "backend/cpu/out_proj.h"
#include "backend/cpu/peak.h"
#include "backend/cpu/selective_scan.h"
#include "backend/cpu/ssd.h"

namespace mamba::MAMBA_CPU_ISA {

inline float read(const float* data, int64_t n) {
  Vec acc[4] = {zero(), zero(), zero(), zero()};
  int64_t i = 0;
  for (; i + 4 * kLanes <= n; i += 4 * kLanes) {
    for (int j = 0; j < 4; ++j) {
      acc[j] = add(acc[j], load(data + i + j * kLanes));
    }
  }
  for (; i < n; i += kLanes) acc[0] = add(acc[0], load_some(data + i, n - i));
  return sum(add(add(acc[0], acc[1]), add(acc[2], acc[3])));
}

inline const CpuKernels* kernels() {
  static constexpr CpuKernels table{
      embedding, in_proj_conv, linear, selective_scan, ssd,
      out_proj,  lm_head,      read,   peak_f32,       peak_int8,
  };
  return &table;
}

}  // namespace mamba::MAMBA_CPU_ISA
