// The backward of the ops on an Apple GPU. Its calls go into the forward's
// stream, so both are in one order.
#pragma once

#include "backend/metal/stream.h"
#include "core/buffer.h"
#include "ops/backward.h"

namespace mamba::metal {

class MetalBackward final : public BackwardOps {
 public:
  explicit MetalBackward(Stream& stream) : stream_(stream) {}

  void finish() override { stream_.finish(); }

  void embedding(const EmbeddingBackward& args) override;
  void in_proj_conv(const Batch& batch,
                    const InProjConvBackward& args) override;
  void linear(const Batch& batch, const LinearBackward& args) override;
  void selective_scan(const Batch& batch,
                      const SelectiveScanBackward& args) override;
  void ssd(const Batch& batch, const SsdBackward& args) override;
  void out_proj(const Batch& batch, const OutProjBackward& args) override;
  void cross_entropy(CrossEntropyArgs& args) override;

 private:
  // Room that the CPU fills for kernels; calls that used it are done.
  uint32_t* fresh_index(std::size_t count);

  Stream& stream_;
  Buffer index_;
};

}  // namespace mamba::metal
