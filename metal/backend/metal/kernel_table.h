// Kernels that there are one of for each number format of the weights.
#pragma once

#include "backend/metal/gpu.h"
#include "core/tensor.h"

namespace mamba::metal {

struct KernelByDtype {
  Kernel f32, f16, bf16;

  const Kernel& of(Dtype dtype) const {
    return dtype == Dtype::f32 ? f32 : dtype == Dtype::f16 ? f16 : bf16;
  }
};

// The names are `name` with _f32, _f16 and _bf16 behind it.
#define MAMBA_KERNEL_BY_DTYPE(file, name)                          \
  ::mamba::metal::KernelByDtype {                                  \
    {file, name "_f32"}, {file, name "_f16"}, {file, name "_bf16"} \
  }

inline uint32_t ceil_div(int64_t value, int64_t divisor) {
  return static_cast<uint32_t>((value + divisor - 1) / divisor);
}

}  // namespace mamba::metal
