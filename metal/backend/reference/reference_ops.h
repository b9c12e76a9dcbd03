// Scalar loops, dot products in double: what every other backend is tested
// against, and what runs where nothing faster does.
#pragma once

#include <memory>
#include <vector>

#include "ops/ops.h"

namespace mamba {

class ReferenceOps final : public Ops {
 public:
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
  static void resize(std::vector<float>& scratch, int64_t count);

  // Reused between calls.
  std::vector<float> rows_;
  std::vector<float> weight_row_;
  std::vector<float> result_;
};

std::unique_ptr<Ops> make_reference_ops();

}  // namespace mamba
