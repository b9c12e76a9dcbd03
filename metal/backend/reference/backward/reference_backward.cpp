#include "backend/reference/backward/reference_backward.h"

namespace mamba {
namespace {

class ReferenceBackward final : public BackwardOps {
 public:
  void embedding(const EmbeddingBackward&) override {}
  void in_proj_conv(const Batch&, const InProjConvBackward&) override {}
  void linear(const Batch&, const LinearBackward&) override {}
  void selective_scan(const Batch&, const SelectiveScanBackward&) override {}
  void ssd(const Batch&, const SsdBackward&) override {}
  void out_proj(const Batch&, const OutProjBackward&) override {}
  void cross_entropy(CrossEntropyArgs&) override {}
};

}  // namespace

std::unique_ptr<BackwardOps> make_reference_backward() {
  return std::make_unique<ReferenceBackward>();
}

}  // namespace mamba
