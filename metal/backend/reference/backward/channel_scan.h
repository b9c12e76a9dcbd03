// One channel of one sequence: both recurrences are this one, and so are
// their derivatives.
#pragma once

#include "backend/reference/backward/gradients.h"

namespace mamba::reference {

//   h[n] = exp(dt A[n]) h[n] + dt B[n] x,   y = Σ_n C[n] h[n]
struct Channel {
  int64_t rows = 0, d_state = 0;
  const double* A = nullptr;   // (N)
  const double* dt = nullptr;  // (rows)
  const double* x = nullptr;   // (rows)
  const float* B = nullptr;    // rows of N, bc_stride apart
  const float* C = nullptr;    // rows of N, bc_stride apart
  int64_t bc_stride = 0;
};

struct ChannelGradient {
  double* d_A = nullptr;   // (N)
  double* d_dt = nullptr;  // (rows)
  double* d_x = nullptr;   // (rows)
  double* d_B = nullptr;   // rows of N, d_bc_stride apart
  double* d_C = nullptr;   // rows of N, d_bc_stride apart
  int64_t d_bc_stride = 0;
};

class ChannelScan {
 public:
  // y (rows). Keeps the states at the beginnings of chunks for backward().
  void forward(const Channel& channel, double* y);
  // Adds to the gradients what follows from d_y (rows), for the channel of
  // the last forward().
  void backward(const Channel& channel, const double* d_y,
                const ChannelGradient& d);

 private:
  double move_state(const Channel& channel, int64_t l, double* decay,
                    double* h) const;
  void backward_row(const Channel& channel, int64_t l, double d_y,
                    const ChannelGradient& d);

  Doubles boundaries_;  // (chunks, N), the state before each chunk
  Doubles states_;      // (chunk + 1, N), of one chunk
  Doubles decays_;      // (chunk, N), exp(dt A)
  Doubles g_;           // (N), the gradient of the state
};

}  // namespace mamba::reference
