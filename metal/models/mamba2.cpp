// Mamba 2 (Dao & Gu 2024, arXiv:2405.21060, figure 6 and section 7):
//   z, x, B, C, dt = in_proj(norm(residual));  x, B, C = silu(conv1d(x, B, C))
//   y = SSD(x, softplus(dt + dt_bias), A, B, C, D) · silu(z)
//   residual += out_proj(RMSNorm(y)), the norm over each group of channels
// Letters: L rows, M d_model, D d_inner, N d_state, H heads, G groups,
// J = 2D + 2GN + H.
#include "models/registry.h"

namespace mamba {

void mamba2_layer(const LayerArgs& args) {
  const ModelConfig& c = args.config;
  const LayerWeights& w = args.weights;
  const ArenaScope scope(args.arena);
  const int64_t rows = args.batch.rows;
  const int64_t columns = c.projected();
  const int64_t bc_columns = c.ngroups * c.d_state;
  float* zxbcdt = args.arena.allocate<float>(rows * columns);  // (L, J)
  float* y = args.arena.allocate<float>(rows * c.d_inner);     // (L, D)

  args.ops.in_proj_conv(args.batch, in_proj_conv_args(args, zxbcdt));

  SsdArgs ssd;
  ssd.nheads = c.nheads();
  ssd.headdim = c.headdim;
  ssd.d_state = c.d_state;
  ssd.ngroups = c.ngroups;
  ssd.z = zxbcdt;
  ssd.x = ssd.z + c.d_inner;
  ssd.B = ssd.x + c.d_inner;
  ssd.C = ssd.B + bc_columns;
  ssd.dt = ssd.C + bc_columns;
  ssd.stride = columns;
  ssd.dt_bias = w.dt_bias;
  ssd.dt_min = c.dt_min;
  ssd.dt_max = c.dt_max;
  ssd.A = w.A;
  ssd.D = w.D;
  ssd.out = y;
  args.ops.ssd(args.batch, ssd);

  OutProjArgs out = out_proj_args(args, y);
  out.norm.weight = w.gate_norm_weight;
  out.norm.eps = c.norm_eps;
  out.groups = c.ngroups;
  args.ops.out_proj(args.batch, out);
}

}  // namespace mamba
