#include "op_formulas.h"

#include <algorithm>
#include <cmath>

namespace test {
namespace {

using Row = std::vector<double>;

double sigmoid(double x) { return 1 / (1 + std::exp(-x)); }
double softplus(double x) {
  return std::max(x, 0.0) + std::log1p(std::exp(-std::fabs(x)));
}

class Exact {
 public:
  Exact(const OpCase& op_case, const OpInputs& inputs)
      : c_(op_case), in_(inputs), s_(op_case.shape) {
    out_.conv.assign(in_.conv_state.begin(), in_.conv_state.end());
    out_.ssm.assign(in_.ssm_state.begin(), in_.ssm_state.end());
  }

  ExactOutput run() {
    int64_t row = 0;
    for (std::size_t i = 0; i < c_.counts.size(); ++i) {
      const auto index = static_cast<int64_t>(i);
      conv_ = out_.conv.data() + index * conv_floats(c_);
      ssm_ = out_.ssm.data() + index * ssm_floats(c_);
      for (int64_t t = 0; t < c_.counts[i]; ++t) run_row(row++);
    }
    return std::move(out_);
  }

 private:
  bool has(unsigned trait) const { return (c_.traits & trait) != 0; }
  static double at(const std::vector<float>& from, int64_t index) {
    return from[static_cast<std::size_t>(index)];
  }

  void run_row(int64_t row) {
    switch (c_.op) {
      case Op::embedding:
        return embedding(row);
      case Op::in_proj_conv:
        return in_proj_conv(row);
      case Op::linear:
        return append(multiply(read(in_.x, row, in_.x_stride)));
      case Op::selective_scan:
        return selective_scan(row);
      case Op::ssd:
        return ssd(row);
      case Op::out_proj:
        return out_proj(row);
      case Op::lm_head:
        return lm_head(row);
    }
  }

  void append(const Row& row) {
    out_.result.insert(out_.result.end(), row.begin(), row.end());
  }
  static Row read(const std::vector<float>& from, int64_t row, int64_t n) {
    return Row(from.begin() + row * n, from.begin() + (row + 1) * n);
  }

  // Each of `groups` parts by itself.
  Row normalise(Row x, int64_t groups) const {
    if (has(without_norm)) return x;
    const auto part = static_cast<int64_t>(x.size()) / groups;
    for (int64_t g = 0; g < groups; ++g) {
      double* p = x.data() + g * part;
      double mean = 0, square = 0;
      for (int64_t i = 0; i < part; ++i) mean += p[i] / double(part);
      if (!has(layer_norm)) mean = 0;
      for (int64_t i = 0; i < part; ++i) {
        square += (p[i] - mean) * (p[i] - mean) / double(part);
      }
      for (int64_t i = 0; i < part; ++i) {
        p[i] = (p[i] - mean) / std::sqrt(square + double(1e-5f)) *
               at(in_.norm_weight, g * part + i);
        if (has(layer_norm)) p[i] += at(in_.norm_bias, g * part + i);
      }
    }
    return x;
  }

  // H x / √32 of 32 numbers, which is its own inverse.
  static Row rotated(const Row& x) {
    Row y(32, 0.0);
    for (std::size_t i = 0; i < 32; ++i) {
      for (std::size_t j = 0; j < 32; ++j) {
        int ones = 0;
        for (std::size_t both = i & j; both > 0; both /= 2) ones += both % 2;
        y[i] += (ones % 2 == 0 ? x[j] : -x[j]) / std::sqrt(32.0);
      }
    }
    return y;
  }

  // What a quantised matrix makes of its input: whole numbers with one scale
  // for every 32.
  Row to_whole_numbers(Row x) const {
    const Quantisation& how = in_.weight.how;
    const double whole = how.fine ? 2032 : 127;
    const auto cols = static_cast<std::size_t>(in_.weight.cols);
    x.resize((cols + 31) / 32 * 32);
    for (std::size_t begin = 0; begin < x.size(); begin += 32) {
      Row part(32, 0.0);
      for (std::size_t i = 0; i < 32 && begin + i < cols; ++i) {
        part[i] = double(float(x[begin + i]));
      }
      if (how.rotated) part = rotated(part);
      double most = 0;
      for (const double number : part) most = std::max(most, std::fabs(number));
      for (double& number : part) {
        if (most > 0)
          number = std::nearbyint(number * whole / most) * most / whole;
      }
      if (how.rotated) part = rotated(part);
      std::copy(part.begin(), part.end(), x.begin() + static_cast<long>(begin));
    }
    return x;
  }

  Row multiply(const Row& unchanged) const {
    const bool whole = mamba::is_quantised(in_.weight.dtype);
    const Row rounded = whole ? to_whole_numbers(unchanged) : unchanged;
    Row y;
    for (int64_t j = 0; j < in_.weight.rows; ++j) {
      const bool tail = j >= in_.weight.rows - in_.weight.how.tail;
      const Row& x = tail ? unchanged : rounded;
      double sum = has(with_bias) && c_.op != Op::lm_head ? at(in_.bias, j) : 0;
      for (int64_t i = 0; i < in_.weight.cols; ++i) {
        sum += at(in_.weight.values, j * in_.weight.cols + i) *
               x[static_cast<std::size_t>(i)];
      }
      y.push_back(sum);
    }
    return y;
  }

  void embedding(int64_t row) {
    const uint32_t id = in_.ids[static_cast<std::size_t>(row)];
    append(read(in_.weight.values, id, s_.M));
  }

  void in_proj_conv(int64_t row) {
    Row y = multiply(normalise(read(in_.x, row, s_.M), 1));
    const int64_t channels = conv_channels(c_);
    for (int64_t ch = 0; ch < channels; ++ch) {
      double& place = y[static_cast<std::size_t>(conv_begin(c_) + ch)];
      for (int64_t k = 0; k + 1 < s_.K; ++k) {
        conv_[k * channels + ch] = conv_[(k + 1) * channels + ch];
      }
      conv_[(s_.K - 1) * channels + ch] = place;
      double sum = has(with_bias) ? at(in_.conv_bias, ch) : 0;
      for (int64_t k = 0; k < s_.K; ++k) {
        sum +=
            at(in_.conv_weight, k * channels + ch) * conv_[k * channels + ch];
      }
      place = sum * sigmoid(sum);
    }
    append(y);
  }

  void selective_scan(int64_t row) {
    const Row x = read(in_.x, row, in_.x_stride);
    const double *u = x.data(), *z = u + s_.D;
    const double *B = u + 3 * s_.D + s_.R, *C = B + s_.N;
    for (int64_t d = 0; d < s_.D; ++d) {
      const double dt = scan_dt(z + s_.D, d);
      double y = has(bare | without_skip) ? 0 : at(in_.D, d) * u[d];
      for (int64_t n = 0; n < s_.N; ++n) {
        double& h = ssm_[n * s_.D + d];
        h = std::exp(dt * at(in_.A, n * s_.D + d)) * h + dt * B[n] * u[d];
        y += C[n] * h;
      }
      if (!has(bare | without_gate)) y *= z[d] * sigmoid(z[d]);
      out_.result.push_back(y);
    }
  }

  double scan_dt(const double* raw, int64_t d) const {
    if (has(direct_dt)) return raw[d];
    if (has(bare)) return softplus(raw[d]);
    double dt = has(without_dt_bias) ? 0 : at(in_.dt_bias, d);
    for (int64_t r = 0; r < s_.R; ++r) {
      dt += at(in_.dt_proj.values, d * s_.R + r) * raw[r];
    }
    return softplus(dt);
  }

  void ssd(int64_t row) {
    const Row columns = read(in_.x, row, in_.x_stride);
    const double *z = columns.data(), *x = z + s_.D, *B = x + s_.D;
    const double *C = B + s_.G * s_.N, *raw = C + s_.G * s_.N;
    for (int64_t i = 0; i < s_.D; ++i) {
      const int64_t head = i / s_.P, p = i % s_.P;
      const int64_t group = head / (in_.heads / s_.G);
      const double positive = softplus(raw[head] + at(in_.dt_bias, head));
      const double dt =
          std::min(std::max(positive, double(dt_min(c_))), double(dt_max(c_)));
      double y = at(in_.D, head) * x[i];
      for (int64_t n = 0; n < s_.N; ++n) {
        double& h = ssm_[(head * s_.N + n) * s_.P + p];
        h = std::exp(dt * at(in_.A, head)) * h +
            dt * B[group * s_.N + n] * x[i];
        y += C[group * s_.N + n] * h;
      }
      out_.result.push_back(y * z[i] * sigmoid(z[i]));
    }
  }

  void out_proj(int64_t row) {
    Row y = multiply(normalise(read(in_.x, row, s_.D), s_.G));
    for (int64_t m = 0; m < s_.M && !has(bare); ++m) {
      y[static_cast<std::size_t>(m)] += at(in_.residual, row * s_.M + m);
    }
    append(y);
  }

  void lm_head(int64_t row) {
    const auto& wanted = in_.wanted_rows;
    if (std::find(wanted.begin(), wanted.end(), row) == wanted.end()) return;
    append(multiply(normalise(read(in_.x, row, s_.M), 1)));
  }

  const OpCase& c_;
  const OpInputs& in_;
  const Shape& s_;
  ExactOutput out_;
  double* conv_ = nullptr;
  double* ssm_ = nullptr;
};

}  // namespace

ExactOutput exact_op(const OpCase& op_case, const OpInputs& inputs) {
  return Exact(op_case, inputs).run();
}

}  // namespace test
