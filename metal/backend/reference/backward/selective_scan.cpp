#include "backend/reference/backward/channel_scan.h"
#include "backend/reference/backward/reference_backward.h"
#include "core/half.h"

namespace mamba {
namespace {

using reference::Doubles;

// Channel by channel, sequence by sequence.
class ScanBackward {
 public:
  ScanBackward(const Batch& batch, const SelectiveScanBackward& args)
      : batch_(batch),
        args_(args),
        forward_(args.forward),
        d_dt_(reference::zeros(batch.rows * forward_.dt_rank)),
        d_B_(reference::zeros(batch.rows * forward_.d_state)),
        d_C_(d_B_) {}

  void run() {
    for (int64_t d = 0; d < forward_.d_inner; ++d) channel(d);
    const int64_t n = forward_.d_state, rank = forward_.dt_rank;
    for (int64_t l = 0; l < batch_.rows; ++l) {
      const int64_t at = l * forward_.bc_stride;
      reference::add_to(args_.d_B + at, d_B_.data() + l * n, n);
      reference::add_to(args_.d_C + at, d_C_.data() + l * n, n);
      if (!forward_.dt_proj) continue;
      reference::add_to(args_.d_dt + l * forward_.dt_stride,
                        d_dt_.data() + l * rank, rank);
    }
  }

 private:
  // Gradients of one channel's weights.
  struct Weights {
    Doubles dt_proj;  // (dt_rank)
    Doubles A;        // (N)
    double dt_bias = 0, D = 0;
  };

  void channel(int64_t d) {
    Weights sum;
    sum.dt_proj = reference::zeros(forward_.dt_rank);
    sum.A = reference::zeros(forward_.d_state);
    for (int64_t s = 0; s < batch_.n_segments; ++s) {
      sequence(d, batch_.segments[s], sum);
    }
    if (args_.d_dt_proj != nullptr) {
      reference::add_to(args_.d_dt_proj + d * forward_.dt_rank,
                        sum.dt_proj.data(), forward_.dt_rank);
    }
    if (args_.d_dt_bias != nullptr) {
      reference::add_to(args_.d_dt_bias + d, &sum.dt_bias, 1);
    }
    if (args_.d_D != nullptr) reference::add_to(args_.d_D + d, &sum.D, 1);
    for (int64_t n = 0; n < forward_.d_state && args_.d_A != nullptr; ++n) {
      reference::add_to(args_.d_A + n * forward_.d_inner + d, &sum.A[n], 1);
    }
  }

  void sequence(int64_t d, const Segment& segment, Weights& sum) {
    const int64_t rows = segment.count, first = segment.first;
    const int64_t n = forward_.d_state;
    Doubles A(static_cast<std::size_t>(n)), raw, dt, u;
    for (int64_t i = 0; i < n; ++i) A[i] = forward_.A[i * forward_.d_inner + d];
    for (int64_t l = first; l < first + rows; ++l) {
      raw.push_back(raw_dt(l, d));
      dt.push_back(forward_.dt_softplus ? reference::softplus(raw.back())
                                        : raw.back());
      u.push_back(forward_.u[l * forward_.u_stride + d]);
    }
    const int64_t at = first * forward_.bc_stride;
    const reference::Channel channel{rows,
                                     n,
                                     A.data(),
                                     dt.data(),
                                     u.data(),
                                     forward_.B + at,
                                     forward_.C + at,
                                     forward_.bc_stride};
    Doubles y(u.size()), d_dt(u.size()), d_u(u.size());
    scan_.forward(channel, y.data());
    const Doubles d_y = gate_backward(d, first, u, y);
    scan_.backward(channel, d_y.data(),
                   {sum.A.data(), d_dt.data(), d_u.data(),
                    d_B_.data() + first * n, d_C_.data() + first * n, n});
    for (std::size_t i = 0; i < u.size(); ++i) {
      const int64_t l = first + static_cast<int64_t>(i);
      sum.D += d_y[i] * u[i];
      if (forward_.D != nullptr) d_u[i] += d_y[i] * forward_.D[d];
      reference::add_to(args_.d_u + l * forward_.u_stride + d, &d_u[i], 1);
      if (forward_.dt_softplus) d_dt[i] *= reference::sigmoid(raw[i]);
      sum.dt_bias += d_dt[i];
      raw_dt_backward(l, d, d_dt[i], sum);
    }
  }

  // From y (rows) without D u and the gate; adds to d_z, returns d_y.
  Doubles gate_backward(int64_t d, int64_t first, const Doubles& u,
                        const Doubles& y) {
    Doubles d_y;
    for (std::size_t i = 0; i < y.size(); ++i) {
      const int64_t l = first + static_cast<int64_t>(i);
      const int64_t at = l * forward_.z_stride + d;
      const double d_out = args_.d_out[l * forward_.d_inner + d];
      const double skip = forward_.D == nullptr ? 0 : forward_.D[d] * u[i];
      d_y.push_back(forward_.z == nullptr
                        ? d_out
                        : reference::gate_backward(y[i] + skip, forward_.z[at],
                                                   d_out, args_.d_z[at]));
    }
    return d_y;
  }

  // Σ_r dt_proj[d][r] dt[r] + dt_bias[d]
  double raw_dt(int64_t l, int64_t d) const {
    const float* row = forward_.dt + l * forward_.dt_stride;
    const double bias = forward_.dt_bias == nullptr ? 0 : forward_.dt_bias[d];
    if (!forward_.dt_proj) return bias + row[d];
    double sum = bias;
    for (int64_t r = 0; r < forward_.dt_rank; ++r) {
      sum += double(row[r]) * projection(d, r);
    }
    return sum;
  }

  void raw_dt_backward(int64_t l, int64_t d, double d_raw, Weights& sum) {
    const int64_t at = l * forward_.dt_stride, rank = forward_.dt_rank;
    if (!forward_.dt_proj) {
      return reference::add_to(args_.d_dt + at + d, &d_raw, 1);
    }
    for (int64_t r = 0; r < rank; ++r) {
      d_dt_[static_cast<std::size_t>(l * rank + r)] += d_raw * projection(d, r);
      sum.dt_proj[static_cast<std::size_t>(r)] += d_raw * forward_.dt[at + r];
    }
  }

  double projection(int64_t d, int64_t r) const {
    return load_number(forward_.dt_proj.data, forward_.dt_proj.dtype,
                       d * forward_.dt_rank + r);
  }

  const Batch& batch_;
  const SelectiveScanBackward& args_;
  const SelectiveScanArgs& forward_;
  reference::ChannelScan scan_;
  Doubles d_dt_;  // (L, dt_rank), sums over channels, and so are
  Doubles d_B_;   // (L, N)
  Doubles d_C_;   // (L, N)
};

}  // namespace

void ReferenceBackward::selective_scan(const Batch& batch,
                                       const SelectiveScanBackward& args) {
  ScanBackward(batch, args).run();
}

}  // namespace mamba
