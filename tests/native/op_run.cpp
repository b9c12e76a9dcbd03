// Runs a case on a backend.
#include "op_args.h"

namespace test {
namespace {

// A batch over copies of the inputs' states.
struct Run {
  Run(const OpCase& op_case, const OpInputs& op_inputs, mamba::Ops& operations)
      : c(op_case), in(op_inputs), ops(operations), segments(segments_of(c)) {
    output.conv = in.conv_state;
    output.ssm = in.ssm_state;
    int64_t index = 0;
    for (mamba::Segment& segment : segments) {
      segment.state.conv = output.conv.data() + index * conv_floats(c);
      segment.state.ssm = output.ssm.data() + index * ssm_floats(c);
      ++index;
    }
    batch = batch_of(segments);
  }

  float* make_result(int64_t count) {
    output.result.assign(static_cast<std::size_t>(count), -7.0f);
    return output.result.data();
  }

  void embedding() {
    ops.embedding(in.ids.data(), in.rows, in.weight.view(),
                  make_result(in.rows * c.shape.M));
  }
  void in_proj_conv() {
    auto args = in_proj_conv_args(c, in);
    args.out = make_result(in.rows * c.shape.D);
    ops.in_proj_conv(batch, args);
  }
  void linear() {
    auto args = linear_args(c, in);
    args.out = make_result(in.rows * c.shape.D);
    ops.linear(batch, args);
  }
  void selective_scan() {
    auto args = selective_scan_args(c, in);
    args.out = make_result(in.rows * c.shape.D);
    ops.selective_scan(batch, args);
  }
  void ssd() {
    auto args = ssd_args(c, in);
    args.out = make_result(in.rows * c.shape.D);
    ops.ssd(batch, args);
  }
  void out_proj() {
    auto args = out_proj_args(c, in);
    output.result = in.residual;
    args.residual = output.result.data();
    ops.out_proj(batch, args);
  }
  void lm_head() {
    auto args = lm_head_args(c, in);
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
  ops.finish();
  return std::move(run.output);
}

}  // namespace test
