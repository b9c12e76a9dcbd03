#include "op_inputs.h"

#include <cmath>
#include <numeric>

#include "core/convert.h"
#include "core/half.h"
#include "core/keep_matrix.h"
#include "core/sampler.h"
#include "harness.h"
#include "quant/layout.h"

namespace test {
namespace {

const char* op_name(Op op) {
  switch (op) {
    case Op::embedding:
      return "embedding";
    case Op::in_proj_conv:
      return "in_proj_conv";
    case Op::linear:
      return "linear";
    case Op::selective_scan:
      return "selective_scan";
    case Op::ssd:
      return "ssd";
    case Op::out_proj:
      return "out_proj";
    case Op::lm_head:
      return "lm_head";
  }
  return "?";
}

}  // namespace

std::string title(const OpCase& c) {
  const Shape& s = c.shape;
  std::string counts;
  for (const int64_t count : c.counts) counts += " " + std::to_string(count);
  return text("%s %s M=%d D=%d N=%d K=%d R=%d P=%d G=%d rows%s traits %u",
              op_name(c.op), mamba::dtype_name(c.dtype), int(s.M), int(s.D),
              int(s.N), int(s.K), int(s.R), int(s.P), int(s.G), counts.c_str(),
              c.traits);
}

mamba::Matrix TestMatrix::view() const {
  mamba::Matrix matrix;
  if (bytes.empty()) return matrix;
  matrix.data = bytes.data();
  matrix.dtype = dtype;
  matrix.rows = rows;
  matrix.cols = cols;
  matrix.tail = how.tail;
  matrix.rotated = how.rotated;
  matrix.fine = how.fine;
  return matrix;
}

std::vector<float> numbers(int64_t n, float scale, uint64_t seed) {
  std::vector<float> values(static_cast<std::size_t>(n));
  uint64_t index = 0;
  for (float& value : values) {
    value =
        scale * static_cast<float>(2 * mamba::uniform_draw(seed, index++) - 1);
  }
  return values;
}

TestMatrix matrix(int64_t rows, int64_t cols, mamba::Dtype dtype, uint64_t seed,
                  Quantisation how) {
  TestMatrix m;
  m.dtype = dtype;
  m.rows = rows;
  m.cols = cols;
  if (mamba::is_quantised(dtype)) m.how = how;
  m.values = numbers(rows * cols, 2 / std::sqrt(float(cols)), seed);
  mamba::Matrix wide;
  wide.data = m.values.data();
  wide.rows = rows;
  wide.cols = cols;
  m.bytes.resize(1);  // view() has no data without bytes
  m.bytes.resize(static_cast<std::size_t>(mamba::matrix_bytes(m.view())));
  mamba::ThreadPool pool(1);
  mamba::convert_matrix(pool, wide, m.view());
  mamba::convert_matrix(pool, m.view(), wide);
  return m;
}

// In in_proj_conv the middle of the columns is convolved, as in Mamba 2.
int64_t conv_begin(const OpCase& c) { return c.shape.D / 3; }
int64_t conv_channels(const OpCase& c) {
  return c.shape.D - 2 * (c.shape.D / 3);
}
int64_t conv_floats(const OpCase& c) { return c.shape.K * conv_channels(c); }
int64_t ssm_floats(const OpCase& c) { return c.shape.D * c.shape.N; }

float dt_min(const OpCase& c) { return c.traits & clamped ? 0.5f : 0.01f; }
float dt_max(const OpCase& c) { return c.traits & clamped ? 1.0f : 20.0f; }

OpInputs::OpInputs(const OpCase& c) {
  const Shape& s = c.shape;
  const auto sequences = static_cast<int64_t>(c.counts.size());
  rows = std::accumulate(c.counts.begin(), c.counts.end(), int64_t{0});
  heads = s.D / s.P;
  x_stride = s.M;
  if (c.op == Op::linear) x_stride = 2 * s.M;
  if (c.op == Op::selective_scan) x_stride = 3 * s.D + s.R + 2 * s.N;
  if (c.op == Op::ssd) x_stride = 2 * s.D + 2 * s.G * s.N + heads;
  if (c.op == Op::out_proj) x_stride = s.D;
  const bool scan = c.op == Op::selective_scan || c.op == Op::ssd;
  const float size = c.traits & extreme ? 25.0f : 1.0f;
  for (int64_t i = 0; i < rows; ++i) {
    ids.push_back(static_cast<uint32_t>((i * 7 + 1) % s.D));
    if (i % 3 != 1) wanted_rows.push_back(i);
  }
  const bool wide = c.op == Op::out_proj;
  x = numbers(rows * x_stride, size, 1);
  for (int64_t i = 0; i < rows && (c.traits & direct_dt); ++i) {
    float* dt = x.data() + i * x_stride + 2 * s.D;
    for (int64_t d = 0; d < s.D; ++d) dt[d] = std::fabs(dt[d]);
  }
  residual = numbers(rows * s.M, 1, 2);
  const int64_t inputs = wide ? s.D : s.M;
  norm_weight = numbers(inputs, 1, 3);
  norm_bias = numbers(inputs, 1, 4);
  bias = numbers(wide ? s.M : s.D, 1, 5);
  conv_weight = numbers(conv_floats(c), 1, 6);
  conv_bias = numbers(conv_channels(c), 1, 7);
  dt_bias = numbers(c.op == Op::ssd ? heads : s.D, 1, 8);
  A = numbers(c.op == Op::ssd ? heads : ssm_floats(c), 1, 9);
  for (float& a : A) a = -std::exp(2 * a);
  D = numbers(c.op == Op::ssd ? heads : s.D, 1, 10);
  // As models have them.
  Quantisation how;
  how.tail = c.traits & with_tail ? 3 : 0;
  how.rotated = c.op == Op::out_proj;
  how.fine = c.op == Op::lm_head;
  if (!scan) {
    weight = wide ? matrix(s.M, s.D, c.dtype, 11, how)
                  : matrix(s.D, s.M, c.dtype, 11, how);
  }
  if (c.op == Op::selective_scan && !(c.traits & (bare | direct_dt))) {
    dt_proj = matrix(s.D, s.R, c.dtype, 12);
  }
  conv_state = numbers(sequences * conv_floats(c), 1, 13);
  ssm_state = numbers(sequences * ssm_floats(c), 1, 14);
}

}  // namespace test
