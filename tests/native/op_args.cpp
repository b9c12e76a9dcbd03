#include "op_args.h"

namespace test {
namespace {

bool has(const OpCase& c, unsigned trait) { return (c.traits & trait) != 0; }

mamba::Norm norm_of(const OpCase& c, const OpInputs& in) {
  mamba::Norm norm;
  if (has(c, without_norm)) return norm;
  norm.weight = in.norm_weight.data();
  norm.rms = !has(c, layer_norm);
  if (!norm.rms) norm.bias = in.norm_bias.data();
  return norm;
}

const float* bias_of(const OpCase& c, const OpInputs& in) {
  return has(c, with_bias) ? in.bias.data() : nullptr;
}

}  // namespace

mamba::InProjConvArgs in_proj_conv_args(const OpCase& c, const OpInputs& in) {
  mamba::InProjConvArgs args;
  args.x = in.x.data();
  args.norm = norm_of(c, in);
  args.weight = in.weight.view();
  args.bias = bias_of(c, in);
  args.conv_begin = conv_begin(c);
  args.channels = conv_channels(c);
  args.d_conv = c.shape.K;
  args.conv_weight = in.conv_weight.data();
  args.conv_bias = has(c, with_bias) ? in.conv_bias.data() : nullptr;
  return args;
}

mamba::LinearArgs linear_args(const OpCase& c, const OpInputs& in) {
  mamba::LinearArgs args;
  args.x = in.x.data();
  args.x_stride = in.x_stride;
  args.weight = in.weight.view();
  args.bias = bias_of(c, in);
  return args;
}

// Columns of x: u, z, dt before dt_proj, B, C; without dt_proj, D columns of
// dt from the third D.
mamba::SelectiveScanArgs selective_scan_args(const OpCase& c,
                                             const OpInputs& in) {
  const Shape& s = c.shape;
  mamba::SelectiveScanArgs args;
  args.d_inner = s.D;
  args.d_state = s.N;
  args.u = in.x.data();
  args.dt = args.u + 2 * s.D;
  args.B = args.u + 3 * s.D + s.R;
  args.C = args.B + s.N;
  args.u_stride = args.dt_stride = args.bc_stride = args.z_stride = in.x_stride;
  args.A = in.A.data();
  if (!has(c, bare | without_skip)) args.D = in.D.data();
  if (!has(c, bare | without_gate)) args.z = args.u + s.D;
  args.dt_softplus = !has(c, direct_dt);
  if (!has(c, bare | direct_dt)) {
    args.dt_rank = s.R;
    args.dt_proj = in.dt_proj.view();
    if (!has(c, without_dt_bias)) args.dt_bias = in.dt_bias.data();
  }
  return args;
}

mamba::SsdArgs ssd_args(const OpCase& c, const OpInputs& in) {
  const Shape& s = c.shape;
  mamba::SsdArgs args;
  args.nheads = in.heads;
  args.headdim = s.P;
  args.d_state = s.N;
  args.ngroups = s.G;
  args.z = in.x.data();
  args.x = args.z + s.D;
  args.B = args.x + s.D;
  args.C = args.B + s.G * s.N;
  args.dt = args.C + s.G * s.N;
  args.stride = in.x_stride;
  args.dt_bias = in.dt_bias.data();
  args.dt_min = dt_min(c);
  args.dt_max = dt_max(c);
  args.A = in.A.data();
  args.D = in.D.data();
  return args;
}

mamba::OutProjArgs out_proj_args(const OpCase& c, const OpInputs& in) {
  mamba::OutProjArgs args;
  args.y = in.x.data();
  args.norm = norm_of(c, in);
  args.groups = c.shape.G;
  args.weight = in.weight.view();
  args.bias = bias_of(c, in);
  args.accumulate = !has(c, bare);
  return args;
}

mamba::LmHeadArgs lm_head_args(const OpCase& c, const OpInputs& in) {
  mamba::LmHeadArgs args;
  args.residual = in.x.data();
  args.rows = in.wanted_rows.data();
  args.n_rows = static_cast<int64_t>(in.wanted_rows.size());
  args.norm = norm_of(c, in);
  args.weight = in.weight.view();
  return args;
}

std::vector<mamba::Segment> segments_of(const OpCase& c) {
  std::vector<mamba::Segment> segments;
  int64_t first = 0;
  for (const int64_t count : c.counts) {
    mamba::Segment segment;
    segment.first = first;
    segment.count = count;
    segments.push_back(segment);
    first += count;
  }
  return segments;
}

mamba::Batch batch_of(const std::vector<mamba::Segment>& segments) {
  mamba::Batch batch;
  for (const mamba::Segment& segment : segments) batch.rows += segment.count;
  batch.segments = segments.data();
  batch.n_segments = static_cast<int64_t>(segments.size());
  return batch;
}

}  // namespace test
