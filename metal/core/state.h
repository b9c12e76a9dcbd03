// One sequence's memory: everything that a Mamba model knows of its past.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>

#include "core/buffer.h"
#include "core/config.h"
#include "core/tensor.h"

namespace mamba {

// Where the layers lie; shared by a model and its states.
struct StateLayout {
  StateLayout(const ModelConfig& config, uint64_t fingerprint,
              std::shared_ptr<Memory> memory);

  const ModelConfig config;
  const uint64_t fingerprint;
  const std::shared_ptr<Memory> memory;  // of the states
  int64_t ssm_offset;                    // of a layer, in floats, as all below
  int64_t layer_floats;  // of a layer, with what aligns the next
  int64_t total_floats;  // in memory
  int64_t saved_floats;  // of a saved state, without gaps
};

class State {
 public:
  explicit State(std::shared_ptr<const StateLayout> layout);

  const std::shared_ptr<const StateLayout>& layout() const { return layout_; }
  uint64_t bytes() const { return memory_.size(); }
  uint64_t position() const { return position_; }
  void advance(uint64_t tokens) { position_ += tokens; }

  void reset();
  void copy_from(const State& other);
  LayerState layer(int64_t index);
  // In the official layout: conv (channels, K); ssm (D, N), or (H, P, N).
  void read_layer(int64_t index, float* conv, float* ssm) const;
  void write_layer(int64_t index, const float* conv, const float* ssm);

  static uint64_t saved_size(const StateLayout& layout);
  // `out` has room for saved_size() bytes.
  void save(void* out) const;
  // Throws Error (invalid_argument) and leaves the state as it is when the
  // bytes are not a sound state of the same model.
  void load(const void* data, uint64_t bytes);

  // True between the start and the success of a call that changes it: after a
  // failure in the middle, a state is neither old nor new.
  bool broken = false;
  std::atomic<bool> in_call{false};

 private:
  float* layer_floats(int64_t index) const;

  const std::shared_ptr<const StateLayout> layout_;
  mutable Buffer memory_;
  uint64_t position_ = 0;
};

}  // namespace mamba
