// Brings matrices into the format that a model keeps them in.
#pragma once

#include <cstdint>

#include "core/tensor.h"
#include "core/tensor_specs.h"
#include "core/thread_pool.h"

namespace mamba {

// A tensor's bytes as a matrix.
Matrix matrix_view(const TensorSpec& spec, const void* data, Dtype dtype);
// What a tensor takes in a format; of a matrix, what products read.
int64_t tensor_bytes(const TensorSpec& spec, Dtype dtype);

// The format in which a matrix is kept if the caller asks for `keep`: the head
// has 8 bits in place of 4; those that are not quantised stay in 16 bits, or
// become f16.
Dtype kept_dtype(const TensorSpec& spec, Dtype stored, Dtype keep);

// Writes `to` from a matrix of the same shape. False if a number is beyond
// the range of the format.
bool convert_matrix(ThreadPool& pool, const Matrix& from, const Matrix& to);

// Writes starting values, see initialize.h.
void fill_matrix(ThreadPool& pool, const TensorSpec& spec, uint64_t seed,
                 const Matrix& to);

}  // namespace mamba
