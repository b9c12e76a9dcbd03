// The ops of a training step: each runs a backend's op and is written on the
// tape, which goes back over them with the backend's backward. Models know
// nothing of it.
#pragma once

#include <variant>
#include <vector>

#include "core/arena.h"
#include "ops/backward.h"
#include "train/gradient_map.h"

namespace mamba {

class TapeOps final : public Ops {
 public:
  // The arena must be held, and everything that the ops are given must stay
  // until the tape has been replayed.
  TapeOps(Ops& forward, Arena& arena, GradientMap& gradients)
      : forward_(forward), arena_(arena), gradients_(gradients) {}

  void embedding(const uint32_t* ids, int64_t n, const Matrix& table,
                 float* out) override;
  void in_proj_conv(const Batch& batch, const InProjConvArgs& args) override;
  void linear(const Batch& batch, const LinearArgs& args) override;
  void selective_scan(const Batch& batch,
                      const SelectiveScanArgs& args) override;
  void ssd(const Batch& batch, const SsdArgs& args) override;
  void out_proj(const Batch& batch, const OutProjArgs& args) override;
  const std::shared_ptr<Memory>& memory() const override {
    return forward_.memory();
  }
  void zero(float* out, int64_t n) override { forward_.zero(out, n); }
  void copy(const float* from, int64_t n, float* to) override {
    forward_.copy(from, n, to);
  }
  void finish() override { forward_.finish(); }
  // Throws Error (internal): training has the head and the loss in one.
  void lm_head(const Batch& batch, const LmHeadArgs& args) override;

  // From the gradient of the residual stream, which the map has already, to
  // those of all weights.
  void replay(const Batch& batch, BackwardOps& backward);

 private:
  using Record =
      std::variant<EmbeddingBackward, InProjConvBackward, LinearBackward,
                   SelectiveScanBackward, SsdBackward, OutProjBackward>;
  struct Replay;

  Ops& forward_;
  Arena& arena_;
  GradientMap& gradients_;
  std::vector<Record> records_;
};

}  // namespace mamba
