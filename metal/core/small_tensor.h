// Small tensors are computed with in f32, in the layout that ops want.
#pragma once

#include "core/tensor.h"
#include "core/tensor_specs.h"
#include "core/thread_pool.h"

namespace mamba {

// vector: as it is; conv: (channels, 1, K) -> (K, channels);
// a_log: A = -exp(A_log), (D, N) -> (N, D) for Mamba.
void write_small_tensor(const TensorSpec& spec, const void* data, Dtype dtype,
                        float* out, ThreadPool& pool);
// Back from the layout of the ops to the tensor's own, for a gradient `wide`
// with respect to `values`, what the ops read: dA_log = dA · A.
void read_small_gradient(const TensorSpec& spec, const float* wide,
                         const float* values, float* out);

}  // namespace mamba
