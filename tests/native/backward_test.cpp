// The backward of every op: the reference against finite differences, every
// backend against the reference. `backward_test ssd avx2` runs the tests that
// have both words in their names.
#include <algorithm>
#include <array>
#include <cmath>

#include "api/train/training_devices.h"
#include "backend/reference/backward/reference_backward.h"
#include "backward_formulas.h"
#include "backward_run.h"
#include "device_list.h"
#include "harness.h"

namespace {

using test::BackwardInputs;
using test::OpCase;
using test::OpGradients;
using test::Part;
using BackwardPointer = std::shared_ptr<mamba::BackwardOps>;

// Gradients are f32, and `raw` is; all else is double on both sides.
constexpr double kReferenceTolerance = 2e-6;
#define CHECK_PART(part, got, wanted, tolerance)                              \
  do {                                                                        \
    const double difference = test::relative_difference(got, wanted);         \
    if (!(difference <= (tolerance))) {                                       \
      test::report(__FILE__, __LINE__,                                        \
                   test::text("the gradient of %s differs by %g, allowed %g", \
                              part.name, difference, double(tolerance)));     \
    }                                                                         \
  } while (false)

void check_reference(const OpCase& c) {
  BackwardInputs from(c);
  OpGradients got = initial_gradients(from);
  run_backward(from, *mamba::make_reference_backward(), got);
  for (const Part& part : parts_of(c)) {
    CHECK_PART(part, got.*part.gradient, exact_gradient(from, part),
               kReferenceTolerance);
  }
  if (c.op == test::Op::lm_head) {
    const double loss = exact_loss(from) / double(test::kScale);
    CHECK(std::fabs(got.loss - loss) <= 1e-6 * loss);
  }
}

// A case and the reference's answer, made when the first test wants it.
class Fixture {
 public:
  explicit Fixture(const OpCase& op_case) : op_case_(op_case) {}

  const OpCase& op_case() const { return op_case_; }
  const BackwardInputs& inputs() {
    if (!inputs_) inputs_ = std::make_unique<BackwardInputs>(op_case_);
    return *inputs_;
  }
  const OpGradients& wanted() {
    if (!wanted_) {
      wanted_ = std::make_unique<OpGradients>(initial_gradients(inputs()));
      run_backward(inputs(), *mamba::make_reference_backward(), *wanted_);
    }
    return *wanted_;
  }

 private:
  OpCase op_case_;
  std::unique_ptr<BackwardInputs> inputs_;
  std::unique_ptr<OpGradients> wanted_;
};

OpGradients gradients_of(Fixture& fixture, mamba::BackwardOps& ops) {
  OpGradients gradients = initial_gradients(fixture.inputs());
  run_backward(fixture.inputs(), ops, gradients);
  return gradients;
}

void check_backend(Fixture& fixture, mamba::BackwardOps& ops) {
  const OpCase& c = fixture.op_case();
  const OpGradients got = gradients_of(fixture, ops);
  const OpGradients& wanted = fixture.wanted();
  for (const Part& part : parts_of(c)) {
    CHECK_PART(part, got.*part.gradient, wanted.*part.gradient, c.tolerance);
  }
  CHECK(std::fabs(got.loss - wanted.loss) <= c.tolerance * wanted.loss);
}

void check_same_bits(Fixture& fixture, mamba::BackwardOps& one,
                     mamba::BackwardOps& other) {
  const OpGradients wanted = gradients_of(fixture, one);
  const OpGradients got = gradients_of(fixture, other);
  for (const Part& part : parts_of(fixture.op_case())) {
    CHECK_PART(part, got.*part.gradient, wanted.*part.gradient, 0);
  }
  CHECK(got.loss == wanted.loss);
}

void check_adds(Fixture& fixture, mamba::BackwardOps& ops) {
  const OpGradients alone = gradients_of(fixture, ops);
  const OpGradients before = initial_gradients(fixture.inputs(), 1);
  OpGradients got = before;
  run_backward(fixture.inputs(), ops, got);
  for (const Part& part : parts_of(fixture.op_case())) {
    std::vector<double> sum;
    for (std::size_t i = 0; i < (before.*part.gradient).size(); ++i) {
      const double was = (before.*part.gradient)[i];
      sum.push_back(was + (alone.*part.gradient)[i]);
    }
    CHECK_PART(part, got.*part.gradient, sum, fixture.op_case().tolerance);
  }
}

// Every weight frozen by itself, then all of them.
void check_frozen(Fixture& fixture, mamba::BackwardOps& ops) {
  const OpGradients all = gradients_of(fixture, ops);
  std::vector<Part> weights = parts_of(fixture.op_case());
  weights.erase(weights.begin());  // x
  for (std::size_t i = 0; i <= weights.size(); ++i) {
    OpGradients wanted = all;
    OpGradients got = initial_gradients(fixture.inputs());
    for (std::size_t w = 0; w < weights.size(); ++w) {
      if (i != w && i != weights.size()) continue;
      (wanted.*weights[w].gradient).clear();
      (got.*weights[w].gradient).clear();
    }
    run_backward(fixture.inputs(), ops, got);
    for (const Part& part : parts_of(fixture.op_case())) {
      CHECK_PART(part, got.*part.gradient, wanted.*part.gradient, 0);
    }
    CHECK(got.loss == wanted.loss);
  }
}

// Without a gradient of the residual stream, as the evaluation asks.
void check_loss_alone(Fixture& fixture, mamba::BackwardOps& ops) {
  const OpGradients all = gradients_of(fixture, ops);
  OpGradients got = initial_gradients(fixture.inputs());
  got.x.clear();
  got.weight.clear();
  got.norm_weight.clear();
  got.norm_bias.clear();
  run_backward(fixture.inputs(), ops, got);
  CHECK(std::fabs(got.loss - all.loss) <= 1e-6 * all.loss);
}

void check_no_target(Fixture& fixture, mamba::BackwardOps& ops) {
  BackwardInputs from = fixture.inputs();
  std::fill(from.targets.begin(), from.targets.end(),
            mamba::CrossEntropyArgs::kNoTarget);
  const OpGradients before = initial_gradients(from, 1);
  OpGradients got = before;
  run_backward(from, ops, got);
  CHECK(got.loss == 0);
  for (const Part& part : parts_of(from.op_case)) {
    CHECK_PART(part, got.*part.gradient, before.*part.gradient, 0);
  }
}

using Fixtures = std::vector<std::shared_ptr<Fixture>>;

// One backend with some instruction set.
struct Target {
  std::string name;
  std::array<BackwardPointer, 3> ops;  // with 1, 2 and 3 threads
};

std::vector<Target> targets() {
  std::vector<Target> list;
  list.push_back({"reference", {}});
  list.back().ops.fill(mamba::make_reference_backward());
  for (const test::Device& device : test::fast_devices()) {
    if (device.threads != 1) continue;
    device.select();
    Target target{device.name + " " + device.simd, {}};
    for (uint32_t i = 0; i < target.ops.size(); ++i) {
      // A backward may stand on its forward.
      const auto ops = std::make_shared<mamba::TrainingOps>(
          mamba::make_training_ops(device.name.c_str(), i + 1));
      target.ops[i] = BackwardPointer(ops, ops->backward.get());
    }
    list.push_back(target);
  }
  return list;
}

void add_device_tests(const Target& target, const Fixtures& fixtures) {
  const auto ops = target.ops;
  for (const auto& fixture : fixtures) {
    const OpCase& c = fixture->op_case();
    const std::string title = " on " + backward_title(c);
    test::add(target.name + " backward agrees with the reference" + title,
              [=] { check_backend(*fixture, *ops[1]); });
    test::add(
        target.name + " backward gives the same bits with 2 threads" + title,
        [=] { check_same_bits(*fixture, *ops[0], *ops[1]); });
    test::add(
        target.name + " backward gives the same bits with 3 threads" + title,
        [=] { check_same_bits(*fixture, *ops[0], *ops[2]); });
    test::add(target.name + " backward adds to what is there" + title,
              [=] { check_adds(*fixture, *ops[1]); });
    if (c.op == test::Op::embedding) continue;
    test::add(target.name + " backward leaves out what is frozen" + title,
              [=] { check_frozen(*fixture, *ops[1]); });
    if (c.op != test::Op::lm_head) continue;
    test::add(target.name + " backward finds the loss alone" + title,
              [=] { check_loss_alone(*fixture, *ops[1]); });
    test::add(target.name + " backward does nothing without targets" + title,
              [=] { check_no_target(*fixture, *ops[1]); });
  }
}

void add_tests() {
  for (const OpCase& c : test::small_backward_cases()) {
    test::add("reference backward is the derivative of " + backward_title(c),
              [c] { check_reference(c); });
  }
  Fixtures small, all;
  for (const OpCase& c : test::small_backward_cases()) {
    small.push_back(std::make_shared<Fixture>(c));
  }
  all = small;
  for (const OpCase& c : test::large_backward_cases()) {
    all.push_back(std::make_shared<Fixture>(c));
  }
  for (const Target& target : targets()) {
    add_device_tests(target, target.name == "reference" ? small : all);
  }
}

}  // namespace

int main(int argc, char** argv) {
  add_tests();
  return test::run_all({argv + 1, argv + argc});
}
