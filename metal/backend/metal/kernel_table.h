// Kernels that there are one of for each number format of the weights.
#pragma once

#include "backend/metal/gpu.h"
#include "core/tensor.h"

namespace mamba::metal {

struct KernelByDtype {
  Kernel f32, f16, bf16;
  // Of those that take quantised weights.
  Kernel q8 = {}, q4 = {};

  const Kernel& of(Dtype dtype) const {
    switch (dtype) {
      case Dtype::f32:
        return f32;
      case Dtype::f16:
        return f16;
      case Dtype::bf16:
        return bf16;
      case Dtype::q8:
        return q8;
      case Dtype::q4:
        return q4;
    }
    return f32;
  }
};

// The names are `name` with _f32, _f16 and _bf16 behind it.
#define MAMBA_KERNEL_BY_DTYPE(file, name)                          \
  ::mamba::metal::KernelByDtype {                                  \
    {file, name "_f32"}, {file, name "_f16"}, {file, name "_bf16"} \
  }

// And, from the file `quantised`, _q8 and _q4.
#define MAMBA_KERNEL_BY_FORMAT(file, quantised, name)               \
  ::mamba::metal::KernelByDtype {                                   \
    {file, name "_f32"}, {file, name "_f16"}, {file, name "_bf16"}, \
        {quantised, name "_q8"}, {quantised, name "_q4"}            \
  }

inline uint32_t ceil_div(int64_t value, int64_t divisor) {
  return static_cast<uint32_t>((value + divisor - 1) / divisor);
}

}  // namespace mamba::metal
