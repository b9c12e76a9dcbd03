// The backward of every op as plain loops, sums in double: what the other
// backends are compared with.
#pragma once

#include <memory>

#include "ops/backward.h"

namespace mamba {

class ReferenceBackward final : public BackwardOps {
 public:
  void embedding(const EmbeddingBackward& args) override;
  void in_proj_conv(const Batch& batch,
                    const InProjConvBackward& args) override;
  void linear(const Batch& batch, const LinearBackward& args) override;
  void selective_scan(const Batch& batch,
                      const SelectiveScanBackward& args) override;
  void ssd(const Batch& batch, const SsdBackward& args) override;
  void out_proj(const Batch& batch, const OutProjBackward& args) override;
  void cross_entropy(CrossEntropyArgs& args) override;
};

std::unique_ptr<BackwardOps> make_reference_backward();

}  // namespace mamba
