#include "backward_run.h"

#include "op_args.h"

namespace test {
namespace {

// Null = not wanted.
float* start(std::vector<float>& gradient) {
  return gradient.empty() ? nullptr : gradient.data();
}

// Fills in the argument structs of ops/backward.h.
struct Run {
  mamba::NormGradient norm() {
    return {start(to.norm_weight), start(to.norm_bias)};
  }

  void embedding() {
    mamba::EmbeddingBackward args;
    args.ids = in.ids.data();
    args.n = in.rows;
    args.d_out = from.d_out.data();
    args.vocab_size = c.shape.D;
    args.d_model = c.shape.M;
    args.d_table = start(to.weight);
    ops.embedding(args);
  }
  void in_proj_conv() {
    mamba::InProjConvBackward args;
    args.forward = in_proj_conv_args(c, in);
    // Read alone by the backward.
    args.forward.raw = const_cast<float*>(from.raw.data());
    args.d_out = from.d_out.data();
    args.d_x = start(to.x);
    args.d_norm = norm();
    args.d_weight = start(to.weight);
    args.d_bias = start(to.bias);
    args.d_conv_weight = start(to.conv_weight);
    args.d_conv_bias = start(to.conv_bias);
    ops.in_proj_conv(batch, args);
  }
  void linear() {
    mamba::LinearBackward args;
    args.forward = linear_args(c, in);
    args.d_out = from.d_out.data();
    args.d_x = start(to.x);
    args.d_weight = start(to.weight);
    args.d_bias = start(to.bias);
    ops.linear(batch, args);
  }
  void selective_scan() {
    mamba::SelectiveScanBackward args;
    args.forward = selective_scan_args(c, in);
    args.d_out = from.d_out.data();
    args.d_u = gradient_at(args.forward.u);
    args.d_dt = gradient_at(args.forward.dt);
    args.d_B = gradient_at(args.forward.B);
    args.d_C = gradient_at(args.forward.C);
    if (args.forward.z != nullptr) args.d_z = gradient_at(args.forward.z);
    args.d_dt_proj = start(to.dt_proj);
    args.d_dt_bias = start(to.dt_bias);
    args.d_A = start(to.A);
    args.d_D = start(to.D);
    ops.selective_scan(batch, args);
  }
  void ssd() {
    mamba::SsdBackward args;
    args.forward = ssd_args(c, in);
    args.d_out = from.d_out.data();
    args.d_z = gradient_at(args.forward.z);
    args.d_x = gradient_at(args.forward.x);
    args.d_B = gradient_at(args.forward.B);
    args.d_C = gradient_at(args.forward.C);
    args.d_dt = gradient_at(args.forward.dt);
    args.d_dt_bias = start(to.dt_bias);
    args.d_A = start(to.A);
    args.d_D = start(to.D);
    ops.ssd(batch, args);
  }
  void out_proj() {
    mamba::OutProjBackward args;
    args.forward = out_proj_args(c, in);
    args.d_residual = from.d_out.data();
    args.d_y = start(to.x);
    args.d_norm = norm();
    args.d_weight = start(to.weight);
    args.d_bias = start(to.bias);
    ops.out_proj(batch, args);
  }
  void cross_entropy() {
    const mamba::LmHeadArgs forward = lm_head_args(c, in);
    mamba::CrossEntropyArgs args;
    args.residual = forward.residual;
    args.targets = from.targets.data();
    args.rows = in.rows;
    args.norm = forward.norm;
    args.weight = forward.weight;
    args.scale = kScale;
    args.d_residual = start(to.x);
    args.d_norm = norm();
    args.d_weight = start(to.weight);
    ops.cross_entropy(args);
    to.loss = args.loss;
  }

  // The place in the gradient of x of a column of x.
  float* gradient_at(const float* column) {
    return to.x.data() + (column - in.x.data());
  }

  const BackwardInputs& from;
  const OpCase& c;
  const OpInputs& in;
  mamba::BackwardOps& ops;
  OpGradients& to;
  const mamba::Batch& batch;
};

}  // namespace

void run_backward(const BackwardInputs& from, mamba::BackwardOps& ops,
                  OpGradients& gradients) {
  const std::vector<mamba::Segment> segments = segments_of(from.op_case);
  const mamba::Batch batch = batch_of(segments);
  Run run{from, from.op_case, from.inputs, ops, gradients, batch};
  switch (from.op_case.op) {
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
      run.cross_entropy();
      break;
  }
  ops.finish();
}

}  // namespace test
