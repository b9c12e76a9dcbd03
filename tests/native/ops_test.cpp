// Every op: the reference against the formulas, every backend against the
// reference. `ops_test ssd avx2` runs the tests that have both words in their
// names.
#include "backend/reference/reference_ops.h"
#include "device_list.h"
#include "harness.h"
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

void add_tests() {
  for (const OpCase& c : test::op_cases()) {
    test::add("reference follows the formula of " + test::title(c),
              [c] { check_reference(c); });
  }
  for (const test::Device& device : test::fast_devices()) {
    std::shared_ptr<mamba::Ops> ops = device.make_ops();
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
