// Runs every op twice, on the device under test and on the reference, and
// notes where the results differ. What goes on is the device's result, so one
// wrong op is not blamed on the ones after it.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "ops/ops.h"

namespace mamba {

// What became of one op.
struct OpReport {
  uint32_t calls = 0;
  double difference = 0;  // the largest, relative to the array's maximum
  std::string failure;    // of the first call that failed; empty = none
};

class ComparedOps final : public Ops {
 public:
  // By the ops' names.
  using Reports = std::map<std::string, OpReport>;

  ComparedOps(std::unique_ptr<Ops> tested, std::unique_ptr<Ops> reference,
              Reports& reports)
      : tested_(std::move(tested)),
        reference_(std::move(reference)),
        reports_(reports) {}

  const std::shared_ptr<Memory>& memory() const override {
    return tested_->memory();
  }
  void finish() override { tested_->finish(); }
  void zero(float* out, int64_t n) override;
  void copy(const float* from, int64_t n, float* to) override;
  void embedding(const uint32_t* ids, int64_t n, const Matrix& table,
                 float* out) override;
  void in_proj_conv(const Batch& batch, const InProjConvArgs& args) override;
  void linear(const Batch& batch, const LinearArgs& args) override;
  void selective_scan(const Batch& batch,
                      const SelectiveScanArgs& args) override;
  void ssd(const Batch& batch, const SsdArgs& args) override;
  void out_proj(const Batch& batch, const OutProjArgs& args) override;
  void lm_head(const Batch& batch, const LmHeadArgs& args) override;

 private:
  class Twin;
  void compare(const char* op, int64_t rows, const std::vector<float>& wanted,
               const float* got, const char* what, double tolerance);

  std::unique_ptr<Ops> tested_;
  std::unique_ptr<Ops> reference_;
  Reports& reports_;
};

}  // namespace mamba
