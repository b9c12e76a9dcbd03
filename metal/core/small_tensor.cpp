#include "core/small_tensor.h"

#include <cmath>

#include "core/half.h"

namespace mamba {
namespace {

// Where number i of a tensor stands in the layout of the ops.
class Layout {
 public:
  explicit Layout(const TensorSpec& spec) {
    // Vectors and Mamba 2's A have one column: nothing moves.
    const bool transposed = spec.role != Role::vector && spec.shape.size() > 1;
    if (transposed) cols_ = static_cast<int64_t>(spec.shape.back());
    rows_ = spec.count() / cols_;
  }

  int64_t place(int64_t i) const { return i % cols_ * rows_ + i / cols_; }

 private:
  int64_t cols_ = 1, rows_ = 0;
};

}  // namespace

Buffer prepare_small_tensor(const TensorSpec& spec, const void* data,
                            Dtype dtype, Memory& memory) {
  Buffer wide(static_cast<std::size_t>(spec.count()) * sizeof(float), memory);
  write_small_tensor(spec, data, dtype, wide.floats());
  return wide;
}

void write_small_tensor(const TensorSpec& spec, const void* data, Dtype dtype,
                        float* out) {
  const Layout layout(spec);
  const int64_t count = spec.count();
  for (int64_t i = 0; i < count; ++i) {
    const float value = load_number(data, dtype, i);
    out[layout.place(i)] =
        spec.role == Role::a_log
            ? static_cast<float>(-std::exp(static_cast<double>(value)))
            : value;
  }
}

void read_small_gradient(const TensorSpec& spec, const float* wide,
                         const float* values, float* out) {
  const Layout layout(spec);
  const int64_t count = spec.count();
  for (int64_t i = 0; i < count; ++i) {
    const int64_t place = layout.place(i);
    out[i] =
        spec.role == Role::a_log ? wide[place] * values[place] : wide[place];
  }
}

}  // namespace mamba
