// Mamba (Gu & Dao 2023, arXiv:2312.00752, figure 3 and algorithm 2):
//   x, z  = in_proj(norm(residual));  x = silu(conv1d(x))
//   dt, B, C = x_proj(x)
//   y = selective_scan(x, softplus(dt_proj(dt)), A, B, C, D) · silu(z)
//   residual += out_proj(y)
// Letters: L rows, M d_model, D d_inner, N d_state, R dt_rank.
#include "models/registry.h"

namespace mamba {

void mamba1_layer(const LayerArgs& args) {
  const ModelConfig& c = args.config;
  const LayerWeights& w = args.weights;
  const ArenaScope scope(args.arena);
  const int64_t rows = args.batch.rows;
  const int64_t dbc_columns = c.dt_rank + 2 * c.d_state;
  float* xz = args.arena.allocate<float>(rows * c.projected());  // (L, 2D)
  float* dbc = args.arena.allocate<float>(rows * dbc_columns);   // (L, R+2N)
  float* y = args.arena.allocate<float>(rows * c.d_inner);       // (L, D)

  args.ops.in_proj_conv(args.batch, in_proj_conv_args(args, xz));

  LinearArgs project;
  project.x = xz;
  project.x_stride = c.projected();
  project.weight = w.x_proj;
  project.out = dbc;
  args.ops.linear(args.batch, project);

  SelectiveScanArgs scan;
  scan.d_inner = c.d_inner;
  scan.d_state = c.d_state;
  scan.dt_rank = c.dt_rank;
  scan.u = xz;
  scan.u_stride = c.projected();
  scan.dt = dbc;
  scan.dt_stride = dbc_columns;
  scan.dt_proj = w.dt_proj;
  scan.dt_bias = w.dt_bias;
  scan.B = dbc + c.dt_rank;
  scan.C = dbc + c.dt_rank + c.d_state;
  scan.bc_stride = dbc_columns;
  scan.A = w.A;
  scan.D = w.D;
  scan.z = xz + c.d_inner;
  scan.z_stride = c.projected();
  scan.out = y;
  args.ops.selective_scan(args.batch, scan);

  args.ops.out_proj(args.batch, out_proj_args(args, y));
}

}  // namespace mamba
