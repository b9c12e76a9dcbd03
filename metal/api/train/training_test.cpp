#include "api/train/training_test.h"

#include <algorithm>
#include <cmath>
#include <cstdio>

#include "api/self_test/small_models.h"
#include "api/train/training_devices.h"
#include "backend/reference/reference_ops.h"
#include "core/error.h"
#include "train/trainer.h"

namespace mamba {
namespace {

constexpr double kTolerance = 3e-4;
// Longer than the pieces in which the scans go back, and one row alone.
constexpr uint32_t kCounts[] = {70, 1, 9};
constexpr uint32_t kRows = 80;
constexpr uint32_t kNoTargetEvery = 7;

// Gradients of one step, tensor by tensor.
class Step {
 public:
  Step(const Model& model, const char* device)
      : trainer_(model, make_training_ops(device, 1)) {
    std::vector<uint32_t> tokens, targets;
    for (uint32_t i = 0; i < kRows; ++i) {
      tokens.push_back((i * 7 + 3) % kSmallVocabulary);
      targets.push_back(i % kNoTargetEvery == 0 ? CrossEntropyArgs::kNoTarget
                                                : (i * 5) % kSmallVocabulary);
    }
    TrainingBatch batch;
    batch.n_sequences = 3;
    batch.counts = kCounts;
    batch.tokens = tokens.data();
    batch.targets = targets.data();
    loss_ = trainer_.accumulate(batch, 1.0f / kRows);
  }

  double loss() const { return loss_; }
  std::vector<float> gradient(const TensorSpec& spec) {
    std::vector<float> values(static_cast<std::size_t>(spec.count()));
    trainer_.read(TrainerArray::gradients, spec.name, values.data(),
                  values.size());
    return values;
  }

 private:
  Trainer trainer_;
  double loss_ = 0;
};

double difference(const std::vector<float>& got,
                  const std::vector<float>& wanted) {
  double largest = 0, apart = 0;
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    largest = std::max(largest, std::fabs(double(wanted[i])));
    const double one = std::fabs(double(got[i]) - double(wanted[i]));
    // Written so that a NaN counts.
    if (!(one <= apart)) apart = one;
  }
  return apart / std::max(largest, 1e-6);
}

SelfTestCheck check_of(const std::string& name, double apart) {
  char text[96];
  const bool passed = apart <= kTolerance;
  std::snprintf(text, sizeof text, "%s%.1e of the largest gradient",
                passed ? "within " : "differs from the reference by ", apart);
  return {name, passed, text};
}

void compare(const char* device, const ModelConfig& config,
             std::vector<SelfTestCheck>& checks) {
  const auto model = make_small_model(config, Dtype::f32, make_reference_ops());
  Step wanted(*model, "reference");
  Step got(*model, device);
  const std::string family =
      config.family == Family::mamba1 ? "mamba1 " : "mamba2 ";
  checks.push_back(
      check_of(family + "loss", std::fabs(got.loss() - wanted.loss()) /
                                    std::max(1e-6, std::fabs(wanted.loss()))));
  for (const TensorSpec& spec : tensor_specs(config)) {
    checks.push_back(
        check_of(family + spec.name,
                 difference(got.gradient(spec), wanted.gradient(spec))));
  }
}

}  // namespace

std::vector<SelfTestCheck> run_training_test(const char* device) {
  std::vector<SelfTestCheck> checks;
  try {
    for (const Family family : {Family::mamba1, Family::mamba2}) {
      compare(device, small_config(family), checks);
      compare(device, odd_config(family), checks);
    }
  } catch (const Error& error) {
    checks.push_back({"running", false, error.what()});
  }
  return checks;
}

}  // namespace mamba
