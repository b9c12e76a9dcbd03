#include "backend/reference/formulas.h"
#include "backend/reference/reference_ops.h"
#include "core/half.h"

namespace mamba {
namespace {

using reference::silu;
using reference::softplus;

// dt[d] = softplus(Σ_r dt_proj[d][r] row[r] + dt_bias[d])
double scan_dt(const SelectiveScanArgs& args, const float* row, int64_t d) {
  double dt = args.dt_bias == nullptr ? 0 : args.dt_bias[d];
  if (args.dt_proj) {
    for (int64_t r = 0; r < args.dt_rank; ++r) {
      dt += double(row[r]) * load_number(args.dt_proj.data, args.dt_proj.dtype,
                                         d * args.dt_rank + r);
    }
  } else {
    dt += row[d];
  }
  return args.dt_softplus ? softplus(dt) : dt;
}

// One token. h (N, D)
void scan_row(const SelectiveScanArgs& args, int64_t row, float* h) {
  const float* u = args.u + row * args.u_stride;
  const float* B = args.B + row * args.bc_stride;
  const float* C = args.C + row * args.bc_stride;
  for (int64_t d = 0; d < args.d_inner; ++d) {
    const double dt = scan_dt(args, args.dt + row * args.dt_stride, d);
    double y = args.D == nullptr ? 0 : double(args.D[d]) * u[d];
    for (int64_t n = 0; n < args.d_state; ++n) {
      float& state = h[n * args.d_inner + d];
      state = static_cast<float>(std::exp(dt * args.A[n * args.d_inner + d]) *
                                     state +
                                 dt * B[n] * u[d]);
      y += double(C[n]) * state;
    }
    if (args.z != nullptr) y *= silu(args.z[row * args.z_stride + d]);
    args.out[row * args.d_inner + d] = static_cast<float>(y);
  }
}

}  // namespace

void ReferenceOps::selective_scan(const Batch& batch,
                                  const SelectiveScanArgs& args) {
  for (int64_t s = 0; s < batch.n_segments; ++s) {
    const Segment& segment = batch.segments[s];
    for (int64_t l = 0; l < segment.count; ++l) {
      scan_row(args, segment.first + l, segment.state.ssm);
    }
  }
}

}  // namespace mamba
