// The ops on an Apple GPU: each calls kernels (kernels/*.metal) through the
// stream. One row each (decode) and many rows (prefill) have kernels of their
// own where that pays.
#pragma once

#include "backend/metal/stream.h"
#include "ops/ops.h"

namespace mamba::metal {

class MetalOps final : public Ops {
 public:
  explicit MetalOps(std::shared_ptr<Gpu> gpu) : stream_(std::move(gpu)) {}

  const std::shared_ptr<Memory>& memory() const override {
    return stream_.memory();
  }
  void finish() override { stream_.finish(); }
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
  void sample(const SampleArgs& args) override;
  bool samples_on_device() const override { return true; }

  // The backward's calls go into the same stream.
  Stream& stream() { return stream_; }

 private:
  Stream stream_;
};

}  // namespace mamba::metal
