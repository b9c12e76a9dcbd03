// What tensors a model has: names, shapes, uses and starting values.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/config.h"

namespace mamba {

// How a model uses a tensor.
enum class Role {
  matrix,  // kept in its number format
  vector,  // f32
  conv,    // f32, transposed to (K, channels)
  a_log,   // f32, -exp(A_log); Mamba: transposed to (N, D)
};

// How an untrained tensor is filled, with `scale` where it needs one.
enum class Fill {
  zeros,
  ones,
  normal,        // N(0, scale²)
  uniform,       // U(-scale, scale)
  a_log_range,   // log(1 … N) along each row
  a_log_random,  // log(U(1, 16))
  dt_bias,       // softplus of it is exp(U(log 0.001, log 0.1)), at least 1e-4
};

struct TensorSpec {
  std::string name;
  std::vector<uint64_t> shape;
  Role role = Role::vector;
  Fill fill = Fill::zeros;
  double scale = 0;
  // Of a matrix: whether it may be quantised. The others are small or
  // sensitive.
  bool quantises = false;
  // Then so many of its last rows stay in f16;
  int64_t tail = 0;
  // its blocks are rotated (quant/rotation.h);
  bool rotated = false;
  // it is never below 8 bits, and its input keeps 12.
  bool sensitive = false;

  int64_t count() const {
    int64_t product = 1;
    for (const uint64_t size : shape) product *= static_cast<int64_t>(size);
    return product;
  }
};

// In the order of include/mamba.h.
std::vector<TensorSpec> tensor_specs(const ModelConfig& config);

// "(768, 1536)"
std::string shape_text(const uint64_t* shape, uint64_t rank);

}  // namespace mamba
