#include "core/small_tensor.h"

#include <cmath>

#include "core/half.h"
#include "core/parallel.h"

namespace mamba {
namespace {

// Rows that a thread takes at least: less work than waking it.
constexpr int64_t kGrain = 512;

// Number (row, column) of a tensor stands at column · rows + row in the layout
// of the ops.
struct Layout {
  explicit Layout(const TensorSpec& spec) {
    // Vectors and Mamba 2's A have one column: nothing moves.
    const bool transposed = spec.role != Role::vector && spec.shape.size() > 1;
    if (transposed) cols = static_cast<int64_t>(spec.shape.back());
    rows = spec.count() / cols;
  }

  int64_t cols = 1, rows = 0;
};

// Calls body(i, place) for the numbers of rows [begin, end).
template <typename Body>
void each_number(const Layout& layout, int64_t begin, int64_t end,
                 const Body& body) {
  for (int64_t row = begin; row < end; ++row) {
    for (int64_t col = 0; col < layout.cols; ++col) {
      body(row * layout.cols + col, col * layout.rows + row);
    }
  }
}

}  // namespace

void write_small_tensor(const TensorSpec& spec, const void* data, Dtype dtype,
                        float* out, ThreadPool& pool) {
  const Layout layout(spec);
  const bool a_log = spec.role == Role::a_log;
  parallel_ranges(pool, layout.rows, kGrain, [&](int64_t begin, int64_t end) {
    each_number(layout, begin, end, [&](int64_t i, int64_t place) {
      const float value = load_number(data, dtype, i);
      out[place] =
          a_log ? static_cast<float>(-std::exp(static_cast<double>(value)))
                : value;
    });
  });
}

void read_small_gradient(const TensorSpec& spec, const float* wide,
                         const float* values, float* out) {
  const Layout layout(spec);
  const bool a_log = spec.role == Role::a_log;
  each_number(layout, 0, layout.rows, [&](int64_t i, int64_t place) {
    out[i] = a_log ? wide[place] * values[place] : wide[place];
  });
}

}  // namespace mamba
