#include "core/keep_matrix.h"

#include <algorithm>
#include <atomic>
#include <cstring>
#include <vector>

#include "core/convert.h"
#include "core/initialize.h"
#include "core/parallel.h"
#include "quant/quantize.h"

namespace mamba {
namespace {

// Numbers that a thread takes at a time: a multiple of a cache line, even.
constexpr int64_t kGrain = int64_t{1} << 16;

char* bytes_of(const Matrix& matrix) {
  return static_cast<char*>(const_cast<void*>(matrix.data));
}

// Writes a quantised matrix from rows(first, count, out), which may be called
// on any thread.
template <typename Rows>
bool quantize(ThreadPool& pool, const Matrix& to, const Rows& rows) {
  const QuantLayout layout(to);
  std::atomic<bool> whole{true};
  parallel_ranges(pool, to.rows, kQuantPanel, [&](int64_t begin, int64_t end) {
    std::vector<float> values(static_cast<std::size_t>(kQuantPanel * to.cols));
    for (int64_t row = begin; row < end; row += kQuantPanel) {
      rows(row, std::min(kQuantPanel, to.rows - row), values.data());
      if (!quantize_rows(to, row, values.data())) whole = false;
    }
  });
  // What fills up the end is part of what is saved.
  char* end = bytes_of(to) + layout.tail_offset() + layout.tail_bytes;
  std::memset(end, 0,
              static_cast<std::size_t>(bytes_of(to) + layout.bytes() - end));
  return whole;
}

}  // namespace

Matrix matrix_view(const TensorSpec& spec, const void* data, Dtype dtype) {
  Matrix matrix;
  matrix.data = data;
  matrix.dtype = dtype;
  matrix.rows = static_cast<int64_t>(spec.shape[0]);
  matrix.cols = static_cast<int64_t>(spec.shape[1]);
  if (is_quantised(dtype)) {
    matrix.tail = spec.tail;
    matrix.rotated = spec.rotated;
    matrix.fine = spec.sensitive;
  }
  return matrix;
}

int64_t tensor_bytes(const TensorSpec& spec, Dtype dtype) {
  if (is_quantised(dtype)) {
    return matrix_bytes(matrix_view(spec, nullptr, dtype));
  }
  return spec.count() * static_cast<int64_t>(dtype_size(dtype));
}

Dtype kept_dtype(const TensorSpec& spec, Dtype stored, Dtype keep) {
  if (!is_quantised(keep)) return keep;
  if (spec.quantises) return spec.sensitive ? Dtype::q8 : keep;
  return stored == Dtype::f32 ? Dtype::f16 : stored;
}

bool convert_matrix(ThreadPool& pool, const Matrix& from, const Matrix& to) {
  if (is_quantised(to.dtype)) {
    return quantize(pool, to, [&](int64_t row, int64_t count, float* out) {
      for (int64_t i = 0; i < count; ++i) {
        widen_row(from, row + i, out + i * to.cols);
      }
    });
  }
  std::atomic<bool> exact{true};
  const auto size = static_cast<int64_t>(dtype_size(to.dtype));
  if (is_quantised(from.dtype)) {
    parallel_ranges(pool, to.rows, 1, [&](int64_t begin, int64_t end) {
      std::vector<float> row(static_cast<std::size_t>(to.cols));
      for (int64_t i = begin; i < end; ++i) {
        widen_row(from, i, row.data());
        if (!convert_numbers(row.data(), Dtype::f32,
                             bytes_of(to) + i * to.cols * size, to.dtype,
                             to.cols)) {
          exact = false;
        }
      }
    });
    return exact;
  }
  const auto from_size = static_cast<int64_t>(dtype_size(from.dtype));
  parallel_ranges(
      pool, to.rows * to.cols, kGrain, [&](int64_t begin, int64_t end) {
        if (!convert_numbers(bytes_of(from) + begin * from_size, from.dtype,
                             bytes_of(to) + begin * size, to.dtype,
                             end - begin)) {
          exact = false;
        }
      });
  return exact;
}

void fill_matrix(ThreadPool& pool, const TensorSpec& spec, uint64_t seed,
                 const Matrix& to) {
  if (is_quantised(to.dtype)) {
    quantize(pool, to, [&](int64_t row, int64_t count, float* out) {
      fill_tensor(spec, seed, row * to.cols, (row + count) * to.cols, out);
    });
    return;
  }
  const auto size = static_cast<int64_t>(dtype_size(to.dtype));
  parallel_ranges(pool, spec.count(), kGrain, [&](int64_t begin, int64_t end) {
    constexpr int64_t kPart = 1024;
    float part[kPart];
    for (int64_t at = begin; at < end; at += kPart) {
      const int64_t stop = std::min(end, at + kPart);
      fill_tensor(spec, seed, at, stop, part);
      convert_numbers(part, Dtype::f32, bytes_of(to) + at * size, to.dtype,
                      stop - at);
    }
  });
}

}  // namespace mamba
