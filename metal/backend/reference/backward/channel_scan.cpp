#include "backend/reference/backward/channel_scan.h"

#include <algorithm>

namespace mamba::reference {
namespace {

constexpr int64_t kChunk = 16;

}  // namespace

// Row l: h (N) moves on; decay (N) gets exp(dt A). Returns y.
double ChannelScan::move_state(const Channel& channel, int64_t l, double* decay,
                               double* h) const {
  const float* B = channel.B + l * channel.bc_stride;
  const float* C = channel.C + l * channel.bc_stride;
  const double dt = channel.dt[l], x = channel.x[l];
  double y = 0;
  for (int64_t n = 0; n < channel.d_state; ++n) {
    // In Mamba 2 a head has one A.
    const bool same = n > 0 && channel.A[n] == channel.A[n - 1];
    decay[n] = same ? decay[n - 1] : std::exp(dt * channel.A[n]);
    h[n] = decay[n] * h[n] + dt * B[n] * x;
    y += C[n] * h[n];
  }
  return y;
}

void ChannelScan::forward(const Channel& channel, double* y) {
  const int64_t n = channel.d_state;
  boundaries_.clear();
  decays_.resize(static_cast<std::size_t>(kChunk * n));
  Doubles h = zeros(n);
  for (int64_t l = 0; l < channel.rows; ++l) {
    if (l % kChunk == 0) {
      boundaries_.insert(boundaries_.end(), h.begin(), h.end());
    }
    y[l] = move_state(channel, l, decays_.data(), h.data());
  }
}

// g_ is the gradient of the state after row l, but for what y[l] adds; it
// becomes that of the state before.
void ChannelScan::backward_row(const Channel& channel, int64_t l, double d_y,
                               const ChannelGradient& d) {
  const int64_t at = l % kChunk * channel.d_state;
  const double* before = states_.data() + at;
  const double* after = before + channel.d_state;
  const double* decay = decays_.data() + at;
  const float* B = channel.B + l * channel.bc_stride;
  const float* C = channel.C + l * channel.bc_stride;
  double* d_B = d.d_B + l * d.d_bc_stride;
  double* d_C = d.d_C + l * d.d_bc_stride;
  const double dt = channel.dt[l], x = channel.x[l];
  double d_dt = 0, d_x = 0;
  for (int64_t n = 0; n < channel.d_state; ++n) {
    double& g = g_[static_cast<std::size_t>(n)];
    g += d_y * C[n];
    d_C[n] += d_y * after[n];
    d_B[n] += g * dt * x;
    d_x += g * dt * B[n];
    // d exp(dt A) h = exp(dt A) h (A d dt + dt d A)
    const double g_decay = g * decay[n] * before[n];
    d_dt += g_decay * channel.A[n] + g * B[n] * x;
    d.d_A[n] += g_decay * dt;
    g *= decay[n];
  }
  d.d_dt[l] += d_dt;
  d.d_x[l] += d_x;
}

void ChannelScan::backward(const Channel& channel, const double* d_y,
                           const ChannelGradient& d) {
  const int64_t n = channel.d_state;
  g_ = zeros(n);
  states_.resize(static_cast<std::size_t>((kChunk + 1) * n));
  for (int64_t chunk = (channel.rows - 1) / kChunk; chunk >= 0; --chunk) {
    const int64_t first = chunk * kChunk;
    const int64_t end = std::min(first + kChunk, channel.rows);
    std::copy_n(boundaries_.data() + chunk * n, n, states_.data());
    for (int64_t l = first; l < end; ++l) {
      double* h = states_.data() + (l - first) * n;
      std::copy_n(h, n, h + n);
      move_state(channel, l, decays_.data() + (l - first) * n, h + n);
    }
    for (int64_t l = end - 1; l >= first; --l) {
      backward_row(channel, l, d_y[l], d);
    }
  }
}

}  // namespace mamba::reference
