#include "quant/quantize.h"

#include <algorithm>
#include <cmath>
#include <cstring>

#include "core/convert.h"
#include "core/half.h"
#include "quant/rotation.h"

namespace mamba {
namespace {

// Of one block of a row.
struct Block {
  uint16_t scale = 0;  // f16
  int8_t numbers[kQuantBlock] = {};
};

// To the nearest, even, for |x| < 2^22. Compilers make vectors of it.
inline float rounded(float x) {
  constexpr float kMagic = 12582912.0f;
  return (x + kMagic) - kMagic;
}

float largest_of(const float* w) {
  float most = 0;
  for (int64_t i = 0; i < kQuantBlock; ++i) {
    most = std::max(most, std::fabs(w[i]));
  }
  return most;
}

bool is_finite_half(uint16_t half) { return (half & 0x7c00u) != 0x7c00u; }

bool is_finite(const float* w) {
  bool finite = true;
  for (int64_t i = 0; i < kQuantBlock; ++i) finite &= std::isfinite(w[i]);
  return finite;
}

bool quantize_8(const float* w, Block& block) {
  block.scale = f32_to_f16(largest_of(w) / 127.0f);
  const float scale = f16_to_f32(block.scale);
  const float inverse = scale > 0 ? 1.0f / scale : 0.0f;
  for (int64_t i = 0; i < kQuantBlock; ++i) {
    const float q = rounded(w[i] * inverse);
    block.numbers[i] = static_cast<int8_t>(std::clamp(q, -127.0f, 127.0f));
  }
  return is_finite_half(block.scale);
}

// In the order of a tree: compilers make vectors of it, as of whatever is done
// to all numbers of a block alike.
float sum_of(float values[kQuantBlock]) {
  for (int64_t n = kQuantBlock / 2; n > 0; n /= 2) {
    for (int64_t i = 0; i < n; ++i) values[i] += values[i + n];
  }
  return values[0];
}

// The best of some scales for the numbers in [-8, 7].
class Search {
 public:
  explicit Search(const float* w) : w_(w) {}

  void attempt(float scale) {
    const uint16_t half = f32_to_f16(scale);
    const float d = f16_to_f32(half);
    const float inverse = d != 0 ? 1.0f / d : 0.0f;
    float q[kQuantBlock], error[kQuantBlock];
    for (int64_t i = 0; i < kQuantBlock; ++i) {
      const float value = rounded(w_[i] * inverse);
      q[i] = std::min(std::max(value, -8.0f), 7.0f);
      const float rest = w_[i] - d * q[i];
      error[i] = rest * rest;
    }
    const float sum = sum_of(error);
    if (!(sum < least_)) return;
    least_ = sum;
    scale_ = half;
    std::copy_n(q, kQuantBlock, best_);
  }

  // Σ w q / Σ q²: the scale that is best for the best numbers so far.
  void refine() {
    float along[kQuantBlock], square[kQuantBlock];
    for (int64_t i = 0; i < kQuantBlock; ++i) {
      along[i] = w_[i] * best_[i];
      square[i] = best_[i] * best_[i];
    }
    const float squares = sum_of(square);
    if (squares > 0) attempt(sum_of(along) / squares);
  }

  void put(Block& block) const {
    block.scale = scale_;
    for (int64_t i = 0; i < kQuantBlock; ++i) {
      block.numbers[i] = static_cast<int8_t>(best_[i]);
    }
  }

 private:
  const float* w_;
  float least_ = INFINITY;
  uint16_t scale_ = 0;
  float best_[kQuantBlock] = {};
};

bool quantize_4(const float* w, Block& block) {
  // The number of the largest size, with its sign: it falls best on -8, the
  // longer side.
  float most = 0;
  for (int64_t i = 0; i < kQuantBlock; ++i) {
    if (std::fabs(w[i]) > std::fabs(most)) most = w[i];
  }
  if (!is_finite_half(f32_to_f16(most / 5.0f))) return false;
  Search search(w);
  for (float place = 5.5f; place <= 8.5f; place += 0.5f) {
    search.attempt(most / -place);
  }
  for (float place = 6.5f; place <= 7.5f; place += 1.0f) {
    search.attempt(most / place);
  }
  search.refine();
  search.refine();
  search.put(block);
  return true;
}

void put_block(const QuantLayout& layout, Dtype dtype, int64_t row,
               int64_t block, const Block& from, uint8_t* to) {
  std::memcpy(to + layout.scale_offset(row, block), &from.scale, 2);
  uint8_t* numbers = to + layout.numbers_offset(row, block);
  const int64_t lane = row % kQuantPanel * kQuantQuad;
  constexpr int64_t kStep = kQuantPanel * kQuantQuad;
  for (int64_t i = 0; i < kQuantBlock; ++i) {
    const int64_t quad = i / kQuantQuad, at = lane + i % kQuantQuad;
    if (dtype == Dtype::q8) {
      numbers[quad * kStep + at] = static_cast<uint8_t>(from.numbers[i]);
    } else if (quad < 4) {
      const auto low = static_cast<unsigned>(from.numbers[i] + 8);
      const auto high = static_cast<unsigned>(from.numbers[i + 16] + 8);
      numbers[quad * kStep + at] = static_cast<uint8_t>(low | high << 4);
    }
  }
}

}  // namespace

int64_t matrix_bytes(const Matrix& matrix) {
  if (is_quantised(matrix.dtype)) return QuantLayout(matrix).bytes();
  return matrix.rows * matrix.cols *
         static_cast<int64_t>(dtype_size(matrix.dtype));
}

bool quantize_rows(const Matrix& to, int64_t row, const float* values) {
  const QuantLayout layout(to);
  auto* bytes = static_cast<uint8_t*>(const_cast<void*>(to.data));
  bool whole = true;
  for (int64_t r = row; r < row + kQuantPanel; ++r) {
    const float* w = values + (r - row) * to.cols;
    if (r >= layout.quantised && r < to.rows) {
      const int64_t tail_row = r - layout.quantised;
      whole &= convert_numbers(
          w, Dtype::f32, bytes + layout.tail_offset() + tail_row * to.cols * 2,
          Dtype::f16, to.cols);
    }
    if (r >= layout.panels * kQuantPanel) continue;
    for (int64_t b = 0; b < layout.blocks(); ++b) {
      float part[kQuantBlock] = {};
      const int64_t n = std::min(kQuantBlock, to.cols - b * kQuantBlock);
      if (r < layout.quantised && n > 0) {
        std::copy_n(w + b * kQuantBlock, n, part);
      }
      Block block;
      if (!is_finite(part)) return false;
      if (to.rotated) rotate_block(part, kRotatedWeight);
      whole &= to.dtype == Dtype::q8 ? quantize_8(part, block)
                                     : quantize_4(part, block);
      put_block(layout, to.dtype, r, b, block, bytes);
    }
  }
  return whole;
}

float block_scale(const Matrix& matrix, int64_t row, int64_t block) {
  uint16_t half;
  std::memcpy(&half,
              static_cast<const uint8_t*>(matrix.data) +
                  QuantLayout(matrix).scale_offset(row, block),
              2);
  return f16_to_f32(half);
}

void block_numbers(const Matrix& matrix, int64_t row, int64_t block,
                   int8_t out[kQuantBlock]) {
  const uint8_t* numbers = static_cast<const uint8_t*>(matrix.data) +
                           QuantLayout(matrix).numbers_offset(row, block);
  const int64_t lane = row % kQuantPanel * kQuantQuad;
  for (int64_t i = 0; i < kQuantBlock; ++i) {
    const int64_t quad = i / kQuantQuad;
    const int64_t at = lane + i % kQuantQuad;
    constexpr int64_t kStep = kQuantPanel * kQuantQuad;
    if (matrix.dtype == Dtype::q8) {
      out[i] = static_cast<int8_t>(numbers[quad * kStep + at]);
    } else {
      const uint8_t two = numbers[quad % 4 * kStep + at];
      out[i] = static_cast<int8_t>((quad < 4 ? two & 15 : two >> 4) - 8);
    }
  }
}

void widen_row(const Matrix& matrix, int64_t row, float* out) {
  const auto* bytes = static_cast<const char*>(matrix.data);
  const int64_t cols = matrix.cols;
  if (!is_quantised(matrix.dtype)) {
    const auto size = static_cast<int64_t>(dtype_size(matrix.dtype));
    convert_numbers(bytes + row * cols * size, matrix.dtype, out, Dtype::f32,
                    cols);
    return;
  }
  const QuantLayout layout(matrix);
  if (row >= layout.quantised) {
    const int64_t at =
        layout.tail_offset() + (row - layout.quantised) * cols * 2;
    convert_numbers(bytes + at, Dtype::f16, out, Dtype::f32, cols);
    return;
  }
  for (int64_t b = 0; b * kQuantBlock < cols; ++b) {
    int8_t numbers[kQuantBlock];
    block_numbers(matrix, row, b, numbers);
    const float scale = block_scale(matrix, row, b);
    float values[kQuantBlock];
    for (int64_t i = 0; i < kQuantBlock; ++i) {
      values[i] = scale * static_cast<float>(numbers[i]);
    }
    // H is its own inverse but for a factor of 32.
    if (matrix.rotated) rotate_block(values, kRotatedInput);
    std::copy_n(values, std::min(kQuantBlock, cols - b * kQuantBlock),
                out + b * kQuantBlock);
  }
}

}  // namespace mamba
