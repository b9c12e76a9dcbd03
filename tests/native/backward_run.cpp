#include "backward_run.h"

#include <algorithm>

#include "backend/reference/reference_ops.h"
#include "op_args.h"

namespace test {
namespace {

// clang-format off
const Part kX{"x", &OpGradients::x, [](OpInputs& in) -> auto& { return in.x; }};
const Part kNormWeight{"norm weight", &OpGradients::norm_weight,
  [](OpInputs& in) -> auto& { return in.norm_weight; }};
const Part kNormBias{"norm bias", &OpGradients::norm_bias,
  [](OpInputs& in) -> auto& { return in.norm_bias; }};
const Part kWeight{"weight", &OpGradients::weight,
  [](OpInputs& in) -> auto& { return in.weight.values; }};
const Part kBias{"bias", &OpGradients::bias,
  [](OpInputs& in) -> auto& { return in.bias; }};
const Part kConvWeight{"conv weight", &OpGradients::conv_weight,
  [](OpInputs& in) -> auto& { return in.conv_weight; }};
const Part kConvBias{"conv bias", &OpGradients::conv_bias,
  [](OpInputs& in) -> auto& { return in.conv_bias; }};
const Part kDtProj{"dt_proj", &OpGradients::dt_proj,
  [](OpInputs& in) -> auto& { return in.dt_proj.values; }};
const Part kDtBias{"dt_bias", &OpGradients::dt_bias,
  [](OpInputs& in) -> auto& { return in.dt_bias; }};
const Part kA{"A", &OpGradients::A, [](OpInputs& in) -> auto& { return in.A; }};
const Part kD{"D", &OpGradients::D, [](OpInputs& in) -> auto& { return in.D; }};
// clang-format on

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

int64_t result_columns(const OpCase& c) {
  return c.op == Op::embedding || c.op == Op::out_proj ? c.shape.M : c.shape.D;
}

}  // namespace

std::string backward_title(const OpCase& c) {
  const std::string forward = title(c);
  return c.op == Op::lm_head
             ? "cross_entropy" + forward.substr(forward.find(' '))
             : forward;
}

std::vector<Part> parts_of(const OpCase& c) {
  const auto has = [&](unsigned trait) { return (c.traits & trait) != 0; };
  std::vector<Part> parts;
  const auto add = [&](bool there, const Part& part) {
    if (there) parts.push_back(part);
  };
  add(c.op != Op::embedding, kX);
  switch (c.op) {
    case Op::embedding:
      add(true, kWeight);
      break;
    case Op::in_proj_conv:
      add(true, kConvWeight);
      add(has(with_bias), kConvBias);
      [[fallthrough]];
    case Op::linear:
    case Op::out_proj:
    case Op::lm_head:
      add(true, kWeight);
      add(has(with_bias) && c.op != Op::lm_head, kBias);
      add(c.op != Op::linear && !has(without_norm), kNormWeight);
      add(c.op != Op::linear && has(layer_norm), kNormBias);
      break;
    case Op::selective_scan:
      add(true, kA);
      add(!has(bare), kD);
      add(!has(bare | direct_dt), kDtProj);
      add(!has(bare | direct_dt), kDtBias);
      break;
    case Op::ssd:
      add(true, kA);
      add(true, kD);
      add(true, kDtBias);
      break;
  }
  return parts;
}

BackwardInputs::BackwardInputs(const OpCase& c) : op_case(c), inputs(c) {
  std::fill(inputs.conv_state.begin(), inputs.conv_state.end(), 0.0f);
  std::fill(inputs.ssm_state.begin(), inputs.ssm_state.end(), 0.0f);
  d_out = numbers(inputs.rows * result_columns(c), 1, 21);
  targets.assign(static_cast<std::size_t>(inputs.rows),
                 mamba::CrossEntropyArgs::kNoTarget);
  for (const int64_t row : inputs.wanted_rows) {
    targets[static_cast<std::size_t>(row)] =
        inputs.ids[static_cast<std::size_t>(row)];
  }
  if (c.op != Op::in_proj_conv) return;
  raw.resize(static_cast<std::size_t>(inputs.rows * conv_channels(c)));
  std::vector<float> out(static_cast<std::size_t>(inputs.rows * c.shape.D));
  std::vector<mamba::Segment> segments = segments_of(c);
  // What the sequences leave behind does not matter to raw.
  std::vector<float> state(static_cast<std::size_t>(conv_floats(c)));
  for (mamba::Segment& segment : segments) segment.state.conv = state.data();
  mamba::InProjConvArgs args = in_proj_conv_args(c, inputs);
  args.out = out.data();
  args.raw = raw.data();
  mamba::make_reference_ops()->in_proj_conv(batch_of(segments), args);
}

OpGradients initial_gradients(const BackwardInputs& from, float scale) {
  OpInputs inputs = from.inputs;
  OpGradients gradients;
  uint64_t seed = 31;
  for (const Part& part : parts_of(from.op_case)) {
    const auto count = static_cast<int64_t>(part.input(inputs).size());
    gradients.*part.gradient = numbers(count, scale, seed++);
  }
  return gradients;
}

void run_backward(const BackwardInputs& from, mamba::BackwardOps& ops,
                  OpGradients& gradients) {
  const std::vector<mamba::Segment> segments = segments_of(from.op_case);
  const mamba::Batch batch = batch_of(segments);
  Run run{from, from.op_case, from.inputs, ops, gradients, batch};
  switch (from.op_case.op) {
    case Op::embedding:
      return run.embedding();
    case Op::in_proj_conv:
      return run.in_proj_conv();
    case Op::linear:
      return run.linear();
    case Op::selective_scan:
      return run.selective_scan();
    case Op::ssd:
      return run.ssd();
    case Op::out_proj:
      return run.out_proj();
    case Op::lm_head:
      return run.cross_entropy();
  }
}

}  // namespace test
