#include <algorithm>

#include "backend/reference/formulas.h"
#include "backend/reference/reference_ops.h"

namespace mamba {
namespace {

using reference::silu;
using reference::softplus;

// One token of one head. h (N, P)
void ssd_head(const SsdArgs& args, int64_t row, int64_t head, float* h) {
  const int64_t headdim = args.headdim, d_state = args.d_state;
  const int64_t at = row * args.stride;
  const int64_t group = head / (args.nheads / args.ngroups);
  const float* x = args.x + at + head * headdim;
  const float* z = args.z + at + head * headdim;
  const float* B = args.B + at + group * d_state;
  const float* C = args.C + at + group * d_state;
  float* out = args.out + (row * args.nheads + head) * headdim;
  const double raw = double(args.dt[at + head]) + args.dt_bias[head];
  const double dt =
      std::clamp(softplus(raw), double(args.dt_min), double(args.dt_max));
  const double decay = std::exp(dt * args.A[head]);
  for (int64_t p = 0; p < headdim; ++p) {
    double y = double(args.D[head]) * x[p];
    for (int64_t n = 0; n < d_state; ++n) {
      float& state = h[n * headdim + p];
      state = static_cast<float>(decay * state + dt * B[n] * x[p]);
      y += double(C[n]) * state;
    }
    out[p] = static_cast<float>(y * silu(z[p]));
  }
}

}  // namespace

void ReferenceOps::ssd(const Batch& batch, const SsdArgs& args) {
  const int64_t head_floats = args.d_state * args.headdim;
  for (int64_t s = 0; s < batch.n_segments; ++s) {
    const Segment& segment = batch.segments[s];
    for (int64_t l = 0; l < segment.count; ++l) {
      for (int64_t head = 0; head < args.nheads; ++head) {
        ssd_head(args, segment.first + l, head,
                 segment.state.ssm + head * head_floats);
      }
    }
  }
}

}  // namespace mamba
