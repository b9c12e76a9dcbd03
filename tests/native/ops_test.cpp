// Every op: the reference against the formulas, every backend against the
// reference. `ops_test ssd avx2` runs the tests that have both words in their
// names.
#include <algorithm>

#include "backend/reference/reference_ops.h"
#include "device_list.h"
#include "harness.h"
#include "op_args.h"
#include "op_formulas.h"

namespace {

using test::OpCase;
using test::OpInputs;
using test::OpOutput;

// What the reference may differ from double by: its results are f32, and so
// are the states between tokens.
constexpr double kReferenceTolerance = 2e-6;

void check_reference(const OpCase& c) {
  const OpInputs inputs(c);
  const OpOutput got = test::run_op(c, inputs, *mamba::make_reference_ops());
  const test::ExactOutput wanted = test::exact_op(c, inputs);
  CHECK_CLOSE(got.result, wanted.result, kReferenceTolerance);
  CHECK_CLOSE(got.conv, wanted.conv, kReferenceTolerance);
  CHECK_CLOSE(got.ssm, wanted.ssm, kReferenceTolerance);
}

void check_backend(const OpCase& c, mamba::Ops& ops) {
  const OpInputs inputs(c);
  const OpOutput got = test::run_op(c, inputs, ops);
  const OpOutput wanted = test::run_op(c, inputs, *mamba::make_reference_ops());
  CHECK_CLOSE(got.result, wanted.result, c.tolerance);
  CHECK_CLOSE(got.conv, wanted.conv, c.tolerance);
  CHECK_CLOSE(got.ssm, wanted.ssm, c.tolerance);
}

// Wider than what backends take of a row at a time: to the bit.
void check_rows_alone(mamba::Dtype dtype, mamba::Ops& ops) {
  const OpCase c{test::Op::linear, {2100, 40}, test::decoded(6), dtype,
                 test::with_tail,  0};
  const OpInputs inputs(c);
  const std::vector<float> together = test::run_op(c, inputs, ops).result;
  auto segments = test::segments_of(c);
  for (int64_t row = 0; row < 6; ++row) {
    std::vector<float> alone(static_cast<std::size_t>(c.shape.D));
    mamba::LinearArgs args = test::linear_args(c, inputs);
    args.x += row * args.x_stride;
    args.out = alone.data();
    segments.resize(1);
    ops.linear(test::batch_of(segments), args);
    ops.finish();
    const float* wanted = together.data() + row * c.shape.D;
    CHECK(std::equal(alone.begin(), alone.end(), wanted));
  }
}

void add_tests() {
  for (const OpCase& c : test::op_cases()) {
    test::add("reference follows the formula of " + test::title(c),
              [c] { check_reference(c); });
  }
  for (const test::Device& device : test::fast_devices()) {
    std::shared_ptr<mamba::Ops> ops = device.make_ops();
    for (const mamba::Dtype dtype : {test::f16, test::q8, test::q4}) {
      test::add(test::text("%s gives wide rows in format %u the bits that they "
                           "have alone",
                           device.title.c_str(), unsigned(dtype)),
                [dtype, ops] { check_rows_alone(dtype, *ops); });
    }
    for (const OpCase& c : test::op_cases()) {
      test::add(
          device.title + " agrees with the reference on " + test::title(c),
          [c, ops] { check_backend(c, *ops); });
    }
  }
}

}  // namespace

int main(int argc, char** argv) {
  add_tests();
  return test::run_all({argv + 1, argv + argc});
}
