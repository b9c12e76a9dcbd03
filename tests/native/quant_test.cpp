// Quantised matrices: what the formats hold, and that every processor's
// products have the bits that quant/activations.h defines.
#include <algorithm>
#include <cmath>
#include <cstring>

#include "backend/cpu/quant/quant_kernels.h"
#include "backend/reference/formulas.h"
#include "core/convert.h"
#include "core/half.h"
#include "core/keep_matrix.h"
#include "harness.h"
#include "op_inputs.h"
#include "quant/quantize.h"

namespace {

using mamba::Dtype;
using mamba::Matrix;
using mamba::QuantLayout;

mamba::ThreadPool& pool() {
  static mamba::ThreadPool threads(2);
  return threads;
}

Matrix wide_view(const std::vector<float>& values, int64_t rows, int64_t cols) {
  Matrix matrix;
  matrix.data = values.data();
  matrix.rows = rows;
  matrix.cols = cols;
  return matrix;
}

struct Quantised {
  Quantised(const std::vector<float>& values, int64_t rows, int64_t cols,
            Dtype dtype, int64_t tail = 0, bool rotated = false) {
    view = wide_view(values, rows, cols);
    view.dtype = dtype;
    view.tail = tail;
    view.rotated = rotated;
    bytes.assign(static_cast<std::size_t>(mamba::matrix_bytes(view)), 0xee);
    view.data = bytes.data();
    whole = convert_matrix(pool(), wide_view(values, rows, cols), view);
  }

  std::vector<float> widened() const {
    std::vector<float> out(static_cast<std::size_t>(view.rows * view.cols));
    for (int64_t i = 0; i < view.rows; ++i) {
      mamba::widen_row(view, i, out.data() + i * view.cols);
    }
    return out;
  }

  Matrix view;
  std::vector<unsigned char> bytes;
  bool whole = false;
};

// Σ (w - d q)² of the best whole q in [-8, 7], in double.
double error_at(const float* w, int64_t n, double d) {
  double sum = 0;
  for (int64_t i = 0; i < n; ++i) {
    const double q =
        std::clamp(std::nearbyint(d == 0 ? 0 : w[i] / d), -8.0, 7.0);
    sum += (w[i] - d * q) * (w[i] - d * q);
  }
  return sum;
}

TEST("a block of 32 takes 34 bytes in 8 bits and 18 in 4") {
  CHECK(QuantLayout(Dtype::q8, 3072, 768, 0).bytes() == 3072 * 768 / 32 * 34);
  CHECK(QuantLayout(Dtype::q4, 3072, 768, 0).bytes() == 3072 * 768 / 32 * 18);
  // Filled up to panels of 16 rows and tiles of 64 columns, with a tail in f16.
  CHECK(QuantLayout(Dtype::q8, 20, 70, 2).bytes() ==
        32 * 128 / 32 * 34 + (2 * 70 * 2 + 63) / 64 * 64);
}

TEST("8 bits are off by half a step at most") {
  const std::vector<float> values = test::numbers(20 * 70, 3, 1);
  const Quantised q(values, 20, 70, Dtype::q8);
  CHECK(q.whole);
  const std::vector<float> got = q.widened();
  for (std::size_t i = 0; i < values.size(); ++i) {
    // The scale is rounded to 11 bits, which moves the largest by 2^-11.
    CHECK(std::fabs(got[i] - values[i]) <= 3.0 / 127 * 0.5 + 3.0 / 2048);
  }
}

TEST("4 bits have nearly the least error that a scale can give") {
  double sum = 0, best_sum = 0;
  for (uint64_t seed = 1; seed <= 40; ++seed) {
    std::vector<float> values = test::numbers(32, 1, seed);
    if (seed % 4 == 0) values[seed % 32] *= 6;  // an outlier
    const Quantised q(values, 1, 32, Dtype::q4);
    const std::vector<float> got = q.widened();
    double error = 0, largest = 0;
    for (std::size_t i = 0; i < 32; ++i) {
      error += std::pow(double(got[i]) - double(values[i]), 2);
      largest = std::max(largest, std::fabs(double(values[i])));
    }
    double best = INFINITY;
    for (int step = -2000; step <= 2000; ++step) {
      best = std::min(best,
                      error_at(values.data(), 32, largest / 4 * step / 2000));
    }
    CHECK(error <= best * 1.15);
    sum += error;
    best_sum += best;
    CHECK(error < error_at(values.data(), 32, largest / 7));
  }
  CHECK(sum <= best_sum * 1.02);
}

TEST("rows of the tail are kept in f16, what fills up is 0") {
  const std::vector<float> values = test::numbers(21 * 40, 1, 2);
  for (const Dtype dtype : {Dtype::q8, Dtype::q4}) {
    const Quantised q(values, 21, 40, dtype, 4);
    const std::vector<float> got = q.widened();
    for (std::size_t i = 17 * 40; i < got.size(); ++i) {
      CHECK(got[i] == mamba::f16_to_f32(mamba::f32_to_f16(values[i])));
    }
    const QuantLayout layout(q.view);
    Matrix all = q.view;  // the same panels, with the rows that fill up
    all.rows = layout.panels * mamba::kQuantPanel;
    all.cols = layout.cols();
    all.tail = 0;
    std::vector<float> row(static_cast<std::size_t>(all.cols));
    for (int64_t i = 0; i < all.rows; ++i) {
      mamba::widen_row(all, i, row.data());
      for (int64_t j = i < 17 ? 40 : 0; j < all.cols; ++j) {
        CHECK(row[static_cast<std::size_t>(j)] == 0);
      }
    }
  }
}

double error_of(const std::vector<float>& values, const Quantised& q) {
  const std::vector<float> got = q.widened();
  double sum = 0;
  for (std::size_t i = 0; i < values.size(); ++i) {
    sum += std::pow(double(got[i]) - double(values[i]), 2);
  }
  return sum;
}

TEST("rotated blocks stand for the same matrix, and bear outliers better") {
  std::vector<float> values = test::numbers(20 * 70, 1, 4);
  const Quantised plain(values, 20, 70, Dtype::q8);
  const Quantised rotated(values, 20, 70, Dtype::q8, 0, true);
  CHECK(rotated.bytes != plain.bytes);
  // A number of a rotated block is a sum of 32: its largest is larger.
  CHECK(error_of(values, rotated) < 3 * error_of(values, plain));
  for (std::size_t i = 0; i < values.size(); i += 32) values[i] = 40;
  CHECK(error_of(values, Quantised(values, 20, 70, Dtype::q8, 0, true)) <
        0.2 * error_of(values, Quantised(values, 20, 70, Dtype::q8)));
}

TEST("convert_matrix() refuses numbers that a scale cannot reach") {
  for (const float value : {INFINITY, NAN, 1e9f}) {
    for (const Dtype dtype : {Dtype::q8, Dtype::q4}) {
      std::vector<float> values = test::numbers(16 * 32, 1, 3);
      values[77] = value;
      CHECK(!Quantised(values, 16, 32, dtype).whole);
    }
  }
}

TEST("zeros and tiny numbers stay finite") {
  std::vector<float> values(2 * 32, 0.0f);
  values[40] = 1e-30f;
  for (const Dtype dtype : {Dtype::q8, Dtype::q4}) {
    const Quantised q(values, 2, 32, dtype);
    CHECK(q.whole);
    for (const float value : q.widened()) CHECK(std::fabs(value) <= 1e-6f);
  }
}

std::vector<float> products(const mamba::QuantKernels& kernels,
                            const Matrix& weight, const std::vector<float>& x,
                            int64_t count, const float* bias, bool accumulate) {
  const mamba::QuantWeights weights = mamba::quant_weights(weight);
  mamba::QuantRows rows;
  rows.cols = weights.tiles * mamba::kQuantTile;
  rows.blocks = 2 * weights.tiles;
  rows.count = count;
  const int64_t bytes = count * rows.cols;
  std::vector<int8_t> numbers(static_cast<std::size_t>(2 * bytes));
  std::vector<float> scales(static_cast<std::size_t>(count * rows.blocks));
  std::vector<int32_t> starts(scales.size());
  rows.numbers = numbers.data();
  if (weights.fine) rows.low = rows.numbers + bytes;
  rows.scales = scales.data();
  rows.starts = starts.data();
  rows.four = weights.four;
  rows.rotated = weights.rotated;
  kernels.quantize(x.data(), weight.cols, weight.cols, 0, count, rows);
  std::vector<float> out(static_cast<std::size_t>(count * weight.rows), 0.5f);
  // In two parts, as threads do.
  const int64_t middle = weight.rows > 16 ? 16 : weight.rows;
  const mamba::QuantTarget target{out.data(), weight.rows, bias, accumulate, 0};
  kernels.products(weights, rows, 0, middle, target);
  if (middle < weight.rows) {
    kernels.products(weights, rows, middle, weight.rows, target);
  }
  return out;
}

// A kind of matrix, as models have them.
struct Kind {
  const char* name;
  Dtype dtype;
  test::Quantisation how;
};
const std::vector<Kind>& kinds() {
  static const std::vector<Kind> all{
      {"q8", Dtype::q8, {}},
      {"q4", Dtype::q4, {}},
      {"rotated q8", Dtype::q8, {0, true, false}},
      {"rotated q4", Dtype::q4, {0, true, false}},
      {"q8 with a fine input", Dtype::q8, {0, false, true}},
      {"rotated q8 with a fine input", Dtype::q8, {0, true, true}},
  };
  return all;
}

void check_products(const mamba::QuantKernels& kernels, const Kind& kind,
                    int64_t outputs, int64_t inputs, int64_t count) {
  const test::TestMatrix weight =
      test::matrix(outputs, inputs, kind.dtype, 5, kind.how);
  std::vector<float> x = test::numbers(count * inputs, 1, 6);
  for (int64_t i = 0; i < inputs; ++i) {
    x[static_cast<std::size_t>(i)] *= i % 3 == 0 ? 1e-3f : 40;  // the first row
  }
  const std::vector<float> bias = test::numbers(outputs, 1, 7);
  std::vector<float> wanted(static_cast<std::size_t>(count * outputs));
  std::vector<float> row(static_cast<std::size_t>(inputs));
  mamba::reference::matmul({x.data(), count, inputs, weight.view(), bias.data(),
                            wanted.data(), outputs, row.data()});
  const auto got =
      products(kernels, weight.view(), x, count, bias.data(), false);
  CHECK(std::memcmp(got.data(), wanted.data(), got.size() * 4) == 0);
  const auto added =
      products(kernels, weight.view(), x, count, bias.data(), true);
  for (std::size_t i = 0; i < added.size(); ++i) {
    CHECK(added[i] == 0.5f + wanted[i]);
  }
}

void check_unsound(const mamba::QuantKernels& kernels, const Kind& kind) {
  const test::TestMatrix weight = test::matrix(16, 64, kind.dtype, 5, kind.how);
  for (const float bad : {NAN, INFINITY, -INFINITY}) {
    std::vector<float> x = test::numbers(2 * 64, 1, 6);
    x[64 + 40] = bad;
    const auto got = products(kernels, weight.view(), x, 2, nullptr, false);
    for (int64_t j = 0; j < 32; ++j) {
      CHECK(std::isfinite(got[static_cast<std::size_t>(j)]) == (j < 16));
    }
  }
  const std::vector<float> tiny(64, 1e-35f), none(16, 0.0f);
  CHECK(products(kernels, weight.view(), tiny, 1, nullptr, false) == none);
}

const bool added = [] {
  for (const auto* kernels : mamba::quant_kernel_tables()) {
    const std::string name = kernels->name;
    for (const Kind& kind : kinds()) {
      const std::string title = name + " products in " + kind.name;
      test::add(title + " have the reference's bits", [kernels, kind] {
        for (const int64_t count : {1, 2, 3, 5, 9, 17}) {
          check_products(*kernels, kind, 50, 768, count);
          check_products(*kernels, kind, 16, 64, count);
          check_products(*kernels, kind, 17, 100, count);
          check_products(*kernels, kind, 1, 5, count);
        }
      });
      test::add(title + " show that an input is not sound",
                [kernels, kind] { check_unsound(*kernels, kind); });
    }
  }
  return true;
}();

}  // namespace

int main(int argc, char** argv) {
  return test::run_all({argv + 1, argv + argc});
}
