#include <algorithm>

#include "backend/reference/backward/channel_scan.h"
#include "backend/reference/backward/reference_backward.h"

namespace mamba {
namespace {

using reference::Doubles;

// Head by head, sequence by sequence, channel by channel.
class SsdHeads {
 public:
  SsdHeads(const Batch& batch, const SsdBackward& args)
      : batch_(batch),
        args_(args),
        forward_(args.forward),
        d_B_(reference::zeros(batch.rows * width())),
        d_C_(d_B_) {}

  void run() {
    for (int64_t head = 0; head < forward_.nheads; ++head) {
      Weights sum;
      for (int64_t s = 0; s < batch_.n_segments; ++s) {
        sequence(head, batch_.segments[s], sum);
      }
      const auto add = [&](float* to, const double& from) {
        if (to != nullptr) reference::add_to(to + head, &from, 1);
      };
      add(args_.d_A, sum.A);
      add(args_.d_D, sum.D);
      add(args_.d_dt_bias, sum.dt_bias);
    }
    for (int64_t l = 0; l < batch_.rows; ++l) {
      const int64_t at = l * forward_.stride;
      reference::add_to(args_.d_B + at, d_B_.data() + l * width(), width());
      reference::add_to(args_.d_C + at, d_C_.data() + l * width(), width());
    }
  }

 private:
  // Gradients of one head's weights.
  struct Weights {
    double dt_bias = 0, A = 0, D = 0;
  };

  int64_t width() const { return forward_.ngroups * forward_.d_state; }

  void sequence(int64_t head, const Segment& segment, Weights& sum) {
    Doubles dt, slope;  // (rows), slope = d dt / d raw
    for (int64_t i = 0; i < segment.count; ++i) {
      const int64_t at = (segment.first + i) * forward_.stride + head;
      const double raw = double(forward_.dt[at]) + forward_.dt_bias[head];
      const double positive = reference::softplus(raw);
      dt.push_back(std::clamp(positive, double(forward_.dt_min),
                              double(forward_.dt_max)));
      slope.push_back(dt.back() == positive ? reference::sigmoid(raw) : 0);
    }
    Doubles d_dt(dt.size());
    for (int64_t p = 0; p < forward_.headdim; ++p) {
      channel(head, head * forward_.headdim + p, segment, dt, d_dt, sum);
    }
    for (std::size_t i = 0; i < dt.size(); ++i) {
      const double d_raw = d_dt[i] * slope[i];
      const auto l = segment.first + static_cast<int64_t>(i);
      reference::add_to(args_.d_dt + l * forward_.stride + head, &d_raw, 1);
      sum.dt_bias += d_raw;
    }
  }

  // Column `column` of D, of this head.
  void channel(int64_t head, int64_t column, const Segment& segment,
               const Doubles& dt, Doubles& d_dt, Weights& sum) {
    const int64_t n = forward_.d_state;
    const int64_t group = head / (forward_.nheads / forward_.ngroups);
    const int64_t at = segment.first * forward_.stride + group * n;
    const int64_t d_at = segment.first * width() + group * n;
    const Doubles A(static_cast<std::size_t>(n), forward_.A[head]);
    Doubles x, d_A = reference::zeros(n);
    for (int64_t i = 0; i < segment.count; ++i) {
      x.push_back(forward_.x[(segment.first + i) * forward_.stride + column]);
    }
    const reference::Channel channel{segment.count,   n,
                                     A.data(),        dt.data(),
                                     x.data(),        forward_.B + at,
                                     forward_.C + at, forward_.stride};
    Doubles y(x.size()), d_x(x.size());
    scan_.forward(channel, y.data());
    Doubles d_y;
    for (int64_t i = 0; i < segment.count; ++i) {
      const int64_t l = segment.first + i;
      const int64_t gate = l * forward_.stride + column;
      const double out = y[i] + forward_.D[head] * x[i];
      const double d_out =
          args_.d_out[l * forward_.nheads * forward_.headdim + column];
      d_y.push_back(reference::gate_backward(out, forward_.z[gate], d_out,
                                             args_.d_z[gate]));
    }
    scan_.backward(channel, d_y.data(),
                   {d_A.data(), d_dt.data(), d_x.data(), d_B_.data() + d_at,
                    d_C_.data() + d_at, width()});
    for (std::size_t i = 0; i < x.size(); ++i) {
      const auto l = segment.first + static_cast<int64_t>(i);
      d_x[i] += forward_.D[head] * d_y[i];
      reference::add_to(args_.d_x + l * forward_.stride + column, &d_x[i], 1);
      sum.D += d_y[i] * x[i];
    }
    for (const double value : d_A) sum.A += value;
  }

  const Batch& batch_;
  const SsdBackward& args_;
  const SsdArgs& forward_;
  reference::ChannelScan scan_;
  Doubles d_B_;  // (L, G·N), sums over the channels of a group
  Doubles d_C_;
};

}  // namespace

void ReferenceBackward::ssd(const Batch& batch, const SsdBackward& args) {
  SsdHeads(batch, args).run();
}

}  // namespace mamba
