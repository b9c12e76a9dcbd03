#include "core/small_tensor.h"

#include <cmath>

#include "core/half.h"

namespace mamba {

Buffer prepare_small_tensor(const TensorSpec& spec, const void* data,
                            Dtype dtype) {
  const int64_t count = spec.count();
  Buffer wide(static_cast<std::size_t>(count) * sizeof(float));
  float* out = wide.floats();
  // Vectors and Mamba 2's A have one column: nothing moves.
  const bool transposed = spec.role != Role::vector && spec.shape.size() > 1;
  const int64_t cols = transposed ? static_cast<int64_t>(spec.shape.back()) : 1;
  const int64_t rows = count / cols;
  for (int64_t row = 0; row < rows; ++row) {
    for (int64_t col = 0; col < cols; ++col) {
      const float value = load_number(data, dtype, row * cols + col);
      out[col * rows + row] =
          spec.role == Role::a_log
              ? static_cast<float>(-std::exp(static_cast<double>(value)))
              : value;
    }
  }
  return wide;
}

}  // namespace mamba
