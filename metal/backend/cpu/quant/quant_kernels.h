// Products with quantised matrices. They have a table of their own: what they
// need of the processor (whole numbers' dot products) is another thing than
// the width of its vectors, and their bits are the same everywhere.
#pragma once

#include <cstdint>
#include <vector>

#include "core/tensor.h"

namespace mamba {

// A quantised matrix as products read it. These structs have no functions: a
// function that one instruction set compiles must never be taken for another's.
struct QuantWeights {
  const uint8_t* data = nullptr;
  int64_t tiles = 0;           // of a panel
  bool four = false;           // bits, else eight
  bool rotated = false;        // blocks (quant/rotation.h)
  bool fine = false;           // its input keeps 12 bits
  int64_t rows = 0;            // that are quantised
  const void* tail = nullptr;  // the others, f16
};
QuantWeights quant_weights(const Matrix& matrix);

// Rows of activations as quant/activations.h makes them, for weights of one
// kind. What a block has one of lies together for all rows: one address serves
// those that are multiplied at a time.
struct QuantRows {
  int8_t* numbers = nullptr;  // (count, cols)
  // The same of the low bytes of fine numbers, whose high bytes are `numbers`;
  // else null.
  int8_t* low = nullptr;
  float* scales = nullptr;    // (blocks, count)
  int32_t* starts = nullptr;  // (blocks, count), of the sums of products
  bool four = false;
  bool rotated = false;
  int64_t cols = 0;  // filled up to whole tiles
  int64_t blocks = 0;
  int64_t count = 0;
};

// out[row · stride + output - first] = product + bias[output], or that added
// to what is there.
struct QuantTarget {
  float* out;
  int64_t stride;
  const float* bias;  // or null
  bool accumulate;
  int64_t first;
};

// From so many rows on, products are bound by loads, not by memory.
constexpr int64_t kManyQuantRows = 16;

struct QuantKernels {
  const char* name;
  // Rows [begin, end) of x (count, width), `stride` apart.
  void (*quantize)(const float* x, int64_t stride, int64_t width, int64_t begin,
                   int64_t end, const QuantRows& to);
  // Outputs [begin, end) of all rows, without the matrix's tail; `begin` is a
  // multiple of 16.
  void (*products)(const QuantWeights& weights, const QuantRows& x,
                   int64_t begin, int64_t end, const QuantTarget& target);
};

// Null where the build has no such instruction set.
const QuantKernels* vnni_quant_kernels();
const QuantKernels* avx2_quant_kernels();
const QuantKernels* dotprod_quant_kernels();
const QuantKernels* neon_quant_kernels();

// Those that this build and this processor have, best first.
std::vector<const QuantKernels*> quant_kernel_tables();
// The first of them that MAMBA_SIMD allows; null where there is none, and no
// cpu backend.
const QuantKernels* quant_kernels();

}  // namespace mamba
