#include "backward_inputs.h"

#include <algorithm>

#include "backend/reference/reference_ops.h"
#include "op_args.h"
#include "ops/backward.h"

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
      add(!has(bare | without_skip), kD);
      add(!has(bare | direct_dt), kDtProj);
      add(!has(bare | direct_dt | without_dt_bias), kDtBias);
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

}  // namespace test
