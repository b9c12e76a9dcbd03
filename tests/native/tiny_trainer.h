// Trainers of small random models through the C ABI.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "include/mamba_train.h"
#include "tiny_model.h"

namespace test {

struct DestroyTrainer {
  void operator()(mamba_trainer* trainer) const {
    mamba_trainer_destroy(trainer);
  }
};
using TrainerHandle = std::unique_ptr<mamba_trainer, DestroyTrainer>;

// These throw std::runtime_error with the error's text.
void must(const Failure& failure);
TrainerHandle make_trainer(const mamba_model_config& config,
                           const Device& device);

// Three documents, one of a single token, and a token without a target.
struct Text {
  std::vector<uint32_t> counts{7, 1, 12};
  std::vector<uint32_t> tokens = some_tokens(20, 5);
  std::vector<uint32_t> targets = some_tokens(20, 6);

  Text() { targets[3] = MAMBA_NO_TARGET; }
  uint32_t n() const { return static_cast<uint32_t>(counts.size()); }
};
// The summed loss.
double accumulate(const TrainerHandle& trainer, const Text& text,
                  float scale = 1);
double evaluate(const TrainerHandle& trainer, const Text& text);

// Learning rate 0.01, decay 0.1, norm at most 1.
mamba_adamw some_adamw();
// The gradients' norm.
double step(const TrainerHandle& trainer, const mamba_adamw& options);

struct Tensor {
  std::string name;
  uint64_t count;
};
std::vector<Tensor> tensors_of(const mamba_model_config& config);
std::vector<float> read(const TrainerHandle& trainer, uint32_t kind,
                        const Tensor& tensor);
void write(const TrainerHandle& trainer, uint32_t kind, const Tensor& tensor,
           const std::vector<float>& data);
std::vector<float> read_all(const mamba_model_config& config,
                            const TrainerHandle& trainer, uint32_t kind);

}  // namespace test
