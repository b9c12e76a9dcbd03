// Runs a case on a backend.
#include <algorithm>

#include "op_inputs.h"

namespace test {
namespace {

// A batch over copies of the inputs' states.
struct Run {
  Run(const OpCase& op_case, const OpInputs& op_inputs, mamba::Ops& operations)
      : c(op_case), in(op_inputs), ops(operations) {
    output.conv = in.conv_state;
    output.ssm = in.ssm_state;
    int64_t first = 0;
    for (std::size_t i = 0; i < c.counts.size(); ++i) {
      const auto index = static_cast<int64_t>(i);
      mamba::Segment segment;
      segment.first = first;
      segment.count = c.counts[i];
      segment.state.conv = output.conv.data() + index * conv_floats(c);
      segment.state.ssm = output.ssm.data() + index * ssm_floats(c);
      segments.push_back(segment);
      first += c.counts[i];
    }
    batch.rows = first;
    batch.segments = segments.data();
    batch.n_segments = static_cast<int64_t>(segments.size());
  }

  bool has(unsigned trait) const { return (c.traits & trait) != 0; }
  float* make_result(int64_t count) {
    output.result.assign(static_cast<std::size_t>(count), -7.0f);
    return output.result.data();
  }
  mamba::Norm norm() const {
    mamba::Norm norm;
    if (has(without_norm)) return norm;
    norm.weight = in.norm_weight.data();
    norm.rms = !has(layer_norm);
    if (!norm.rms) norm.bias = in.norm_bias.data();
    return norm;
  }
  const float* bias() const {
    return has(with_bias) ? in.bias.data() : nullptr;
  }

  void embedding() {
    ops.embedding(in.ids.data(), in.rows, in.weight.view(),
                  make_result(in.rows * c.shape.M));
  }
  void in_proj_conv() {
    mamba::InProjConvArgs args;
    args.x = in.x.data();
    args.norm = norm();
    args.weight = in.weight.view();
    args.bias = bias();
    args.conv_begin = conv_begin(c);
    args.channels = conv_channels(c);
    args.d_conv = c.shape.K;
    args.conv_weight = in.conv_weight.data();
    args.conv_bias = has(with_bias) ? in.conv_bias.data() : nullptr;
    args.out = make_result(in.rows * c.shape.D);
    ops.in_proj_conv(batch, args);
  }
  // The rows lie apart, as in the model: after each comes as much again.
  void linear() {
    std::vector<float> spread(static_cast<std::size_t>(2 * in.rows * c.shape.M),
                              -5.0f);
    for (int64_t row = 0; row < in.rows; ++row) {
      std::copy_n(in.x.begin() + row * c.shape.M, c.shape.M,
                  spread.begin() + 2 * row * c.shape.M);
    }
    mamba::LinearArgs args;
    args.x = spread.data();
    args.x_stride = 2 * c.shape.M;
    args.weight = in.weight.view();
    args.bias = bias();
    args.out = make_result(in.rows * c.shape.D);
    ops.linear(batch, args);
  }
  // Columns of x: u, z, dt before dt_proj, B, C; the bare case reads D columns
  // of dt from the third D.
  void selective_scan() {
    const Shape& s = c.shape;
    mamba::SelectiveScanArgs args;
    args.d_inner = s.D;
    args.d_state = s.N;
    args.u = in.x.data();
    args.dt = args.u + 2 * s.D;
    args.B = args.u + 3 * s.D + s.R;
    args.C = args.B + s.N;
    args.u_stride = args.dt_stride = args.bc_stride = args.z_stride =
        in.columns;
    args.A = in.A.data();
    if (!has(bare)) {
      args.dt_rank = s.R;
      args.dt_proj = in.dt_proj.view();
      args.dt_bias = in.dt_bias.data();
      args.D = in.D.data();
      args.z = args.u + s.D;
    }
    args.out = make_result(in.rows * s.D);
    ops.selective_scan(batch, args);
  }
  void ssd() {
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
    args.stride = in.columns;
    args.dt_bias = in.dt_bias.data();
    args.dt_min = 0.01f;
    args.dt_max = 20.0f;
    args.A = in.A.data();
    args.D = in.D.data();
    args.out = make_result(in.rows * s.D);
    ops.ssd(batch, args);
  }
  void out_proj() {
    mamba::OutProjArgs args;
    args.y = in.x.data();
    args.norm = norm();
    args.groups = c.shape.G;
    args.weight = in.weight.view();
    args.bias = bias();
    args.accumulate = !has(bare);
    output.result = in.residual;
    args.residual = output.result.data();
    ops.out_proj(batch, args);
  }
  void lm_head() {
    mamba::LmHeadArgs args;
    args.residual = in.x.data();
    args.rows = in.wanted_rows.data();
    args.n_rows = static_cast<int64_t>(in.wanted_rows.size());
    args.norm = norm();
    args.weight = in.weight.view();
    args.logits = make_result(args.n_rows * c.shape.D);
    ops.lm_head(batch, args);
  }

  const OpCase& c;
  const OpInputs& in;
  mamba::Ops& ops;
  OpOutput output;
  std::vector<mamba::Segment> segments;
  mamba::Batch batch;
};

}  // namespace

OpOutput run_op(const OpCase& c, const OpInputs& inputs, mamba::Ops& ops) {
  Run run(c, inputs, ops);
  switch (c.op) {
    case Op::embedding:
      run.embedding();
      break;
    case Op::in_proj_conv:
      run.in_proj_conv();
      break;
    case Op::linear:
      run.linear();
      break;
    case Op::selective_scan:
      run.selective_scan();
      break;
    case Op::ssd:
      run.ssd();
      break;
    case Op::out_proj:
      run.out_proj();
      break;
    case Op::lm_head:
      run.lm_head();
      break;
  }
  return std::move(run.output);
}

}  // namespace test
