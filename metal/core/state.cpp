#include "core/state.h"

#include <cstring>

namespace mamba {
namespace {

constexpr int64_t kLine = Buffer::kAlignment / sizeof(float);

int64_t round_up(int64_t floats) {
  return (floats + kLine - 1) / kLine * kLine;
}

// (rows, cols) -> (cols, rows)
void transpose(const float* from, int64_t rows, int64_t cols, float* to) {
  for (int64_t row = 0; row < rows; ++row) {
    for (int64_t col = 0; col < cols; ++col) {
      to[col * rows + row] = from[row * cols + col];
    }
  }
}

}  // namespace

StateLayout::StateLayout(const ModelConfig& model, uint64_t print,
                         std::shared_ptr<Memory> where)
    : config(model),
      fingerprint(print),
      memory(std::move(where)),
      ssm_offset(round_up(model.conv_floats())),
      layer_floats(ssm_offset + round_up(model.ssm_floats())),
      total_floats(model.n_layer * layer_floats),
      saved_floats(model.n_layer * (model.conv_floats() + model.ssm_floats())) {
}

State::State(std::shared_ptr<const StateLayout> layout)
    : layout_(std::move(layout)),
      memory_(static_cast<std::size_t>(layout_->total_floats) * sizeof(float),
              *layout_->memory) {
  reset();
}

void State::reset() {
  std::memset(memory_.data(), 0, memory_.size());
  position_ = 0;
  broken = false;
}

void State::copy_from(const State& other) {
  std::memcpy(memory_.data(), other.memory_.data(), memory_.size());
  position_ = other.position_;
  broken = other.broken;
}

float* State::layer_floats(int64_t index) const {
  return memory_.floats() + index * layout_->layer_floats;
}

LayerState State::layer(int64_t index) {
  LayerState layer;
  layer.conv = layer_floats(index);
  layer.ssm = layer.conv + layout_->ssm_offset;
  return layer;
}

void State::read_layer(int64_t index, float* conv, float* ssm) const {
  const ModelConfig& c = layout_->config;
  const float* from = layer_floats(index);
  transpose(from, c.d_conv, c.channels(), conv);
  from += layout_->ssm_offset;
  // Mamba is one block (N, D), Mamba 2 one (N, P) per head.
  const int64_t block = c.is_mamba2() ? c.headdim : c.d_inner;
  for (int64_t at = 0; at < c.d_inner; at += block) {
    transpose(from + at * c.d_state, c.d_state, block, ssm + at * c.d_state);
  }
}

void State::write_layer(int64_t index, const float* conv, const float* ssm) {
  const ModelConfig& c = layout_->config;
  float* to = layer_floats(index);
  transpose(conv, c.channels(), c.d_conv, to);
  to += layout_->ssm_offset;
  const int64_t block = c.is_mamba2() ? c.headdim : c.d_inner;
  for (int64_t at = 0; at < c.d_inner; at += block) {
    transpose(ssm + at * c.d_state, block, c.d_state, to + at * c.d_state);
  }
}

}  // namespace mamba
