// The backward of products with weights.
#pragma once

#include "backend/metal/stream.h"
#include "ops/backward.h"

namespace mamba::metal {

// The forward was out = norm(x) Wᵀ + b. Gradients are added to what is there.
struct ProductBackward {
  const float* d_out = nullptr;  // (rows, J)
  int64_t rows = 0;
  const float* x = nullptr;  // rows of I, x_stride apart
  int64_t x_stride = 0;      // I, if there is a norm
  Norm norm;
  int64_t groups = 1;         // equal parts of x that have a norm each
  Matrix weight;              // (J, I), f32
  float* d_x = nullptr;       // like x
  NormGradient d_norm;        // null = not wanted, like the others
  float* d_weight = nullptr;  // (J, I)
  float* d_bias = nullptr;    // (J)
};

// Uses kNormalisedSlot and those behind it.
void product_backward(Stream& stream, const ProductBackward& args);

}  // namespace mamba::metal
