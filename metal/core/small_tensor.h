// Small tensors are computed with in f32, in the layout that ops want.
#pragma once

#include "core/buffer.h"
#include "core/tensor.h"
#include "core/tensor_specs.h"

namespace mamba {

// vector: as it is; conv: (channels, 1, K) -> (K, channels);
// a_log: A = -exp(A_log), (D, N) -> (N, D) for Mamba.
Buffer prepare_small_tensor(const TensorSpec& spec, const void* data,
                            Dtype dtype);

}  // namespace mamba
