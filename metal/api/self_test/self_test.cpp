#include "api/self_test/self_test.h"

#include <cinttypes>
#include <cstdio>

#include "api/devices.h"
#include "api/self_test/compared_ops.h"
#include "api/self_test/small_models.h"
#include "backend/reference/reference_ops.h"
#include "core/error.h"
#include "core/json.h"
#include "models/model.h"
#if MAMBA_METAL
#include "backend/metal/metal_backend.h"
#endif

namespace mamba {
namespace {

// One call of Model::forward.
struct Call {
  std::vector<uint32_t> counts;  // tokens of each sequence
};

class Runner {
 public:
  explicit Runner(std::unique_ptr<Model> model) : model_(std::move(model)) {}

  void run(const std::vector<Call>& calls) {
    std::vector<std::unique_ptr<State>> states;
    for (const Call& call : calls) {
      while (states.size() < call.counts.size()) {
        states.push_back(std::make_unique<State>(model_->state_layout()));
      }
      forward(call, states);
    }
  }

 private:
  void forward(const Call& call,
               const std::vector<std::unique_ptr<State>>& states) {
    std::vector<State*> used;
    std::vector<uint32_t> tokens, n_logits;
    for (std::size_t i = 0; i < call.counts.size(); ++i) {
      used.push_back(states[i].get());
      n_logits.push_back(1);
      for (uint32_t at = 0; at < call.counts[i]; ++at) {
        tokens.push_back(next_token_);
        next_token_ = (next_token_ * 7 + 3) % kSmallVocabulary;
      }
    }
    std::vector<float> logits(used.size() * kSmallVocabulary);
    ForwardArgs args;
    args.n_sequences = static_cast<int64_t>(used.size());
    args.states = used.data();
    args.counts = call.counts.data();
    args.tokens = tokens.data();
    args.n_logits = n_logits.data();
    args.logits = logits.data();
    model_->forward(args);
  }

  std::unique_ptr<Model> model_;
  uint32_t next_token_ = 1;
};

void test_model(const char* device, const ModelConfig& config, Dtype dtype,
                ComparedOps::Reports& reports) {
  DeviceDescription description;
  Runner runner(make_small_model(
      config, dtype,
      std::make_unique<ComparedOps>(make_ops(device, 1, &description),
                                    make_reference_ops(), reports)));
  // A long and a short prompt, one of several sequences; then decoding, alone
  // and with more sequences than go together.
  runner.run({{{300}},
              {{1}},
              {{2}},
              {{70, 1, 9}},
              {{1, 1, 1}},
              {std::vector<uint32_t>(11, 1)}});
}

SelfTestCheck check_of(const std::string& name, const OpReport& report) {
  SelfTestCheck check;
  check.name = name;
  check.passed = report.failure.empty();
  char text[96];
  std::snprintf(text, sizeof text, "%" PRIu32 " arrays, within %.1e",
                report.calls, report.difference);
  check.detail = check.passed ? text : report.failure;
  return check;
}

// Compiles a GPU's kernels; false if one of them does not compile.
bool check_kernels(const std::string& device,
                   std::vector<SelfTestCheck>& checks) {
  bool whole = true;
#if MAMBA_METAL
  if (device != "metal") return true;
  for (const MetalKernelFile& file : compile_metal_kernels()) {
    const bool passed = file.failure.empty();
    whole = whole && passed;
    checks.push_back(
        {file.name + ".metal", passed,
         passed ? std::to_string(file.kernels) + " kernels" : file.failure});
  }
#else
  (void)device;
  (void)checks;
#endif
  return whole;
}

}  // namespace

std::vector<SelfTestCheck> run_self_test(const char* device) {
  std::vector<SelfTestCheck> checks;
  if (!check_kernels(device, checks)) return checks;
  ComparedOps::Reports reports;
  try {
    for (const Family family : {Family::mamba1, Family::mamba2}) {
      for (const Dtype dtype :
           {Dtype::f32, Dtype::f16, Dtype::bf16, Dtype::q8, Dtype::q4}) {
        test_model(device, small_config(family), dtype, reports);
        test_model(device, odd_config(family), dtype, reports);
      }
    }
  } catch (const Error& error) {
    checks.push_back({"running", false, error.what()});
  }
  for (const auto& [name, report] : reports) {
    checks.push_back(check_of(name, report));
  }
  return checks;
}

std::string describe_checks(const std::vector<SelfTestCheck>& checks) {
  bool passed = true;
  JsonWriter json;
  json.begin_object().key("checks").begin_array();
  for (const SelfTestCheck& check : checks) {
    passed = passed && check.passed;
    json.begin_object();
    json.key("name").value(check.name);
    json.key("passed").value(check.passed);
    json.key("detail").value(check.detail);
    json.end_object();
  }
  json.end_array().key("passed").value(passed).end_object();
  return json.text();
}

}  // namespace mamba
