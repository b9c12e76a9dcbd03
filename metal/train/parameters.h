// The weights in f32 with their gradients and the optimizer's moments.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/buffer.h"
#include "core/thread_pool.h"
#include "core/weights.h"
#include "train/gradient_map.h"

namespace mamba {

enum class TrainerArray : uint32_t {
  weights = 0,
  gradients = 1,
  first_moments = 2,
  second_moments = 3
};

// One tensor's part of the arrays, all in the tensor's own layout.
struct Parameter {
  float* weights = nullptr;
  float* gradients = nullptr;  // these three: null if it is frozen
  float* first_moments = nullptr;
  float* second_moments = nullptr;
  int64_t count = 0;
  bool decays = false;
};

class Parameters {
 public:
  // Copies and widens every tensor of a finished model.
  // What the ops read and write is in `memory`.
  Parameters(const ModelConfig& config, const Weights& weights,
             ThreadPool& pool, std::shared_ptr<Memory> memory);

  // Throws Error (invalid_argument) for an unknown name, and once gradients
  // are there.
  void freeze(const std::string& name);
  // Makes gradients and moments, zero, of what is not frozen; once.
  void prepare(GradientMap& map);
  bool prepared() const { return prepared_; }

  // What the ops read.
  const ModelWeights& views() const { return views_; }
  const std::vector<Parameter>& list() const { return parameters_; }

  void zero_gradients();
  // Takes the gradients of small tensors, which ops write in their own layout,
  // to the tensors' layout: before a step.
  void gather_gradients();
  // Tells the ops that small tensors' weights have changed.
  void scatter_weights();

  // Throw Error (invalid_argument) for an unknown name, a wrong count, and the
  // writing of what a frozen tensor does not have.
  void read(TrainerArray kind, const std::string& name, float* out,
            uint64_t count);
  void write(TrainerArray kind, const std::string& name, const float* data,
             uint64_t count);

 private:
  struct Entry {
    bool frozen = false;
    Buffer wide_gradient;  // of small tensors, in the layout of the ops
  };

  bool is_small(std::size_t i) const {
    return tensors_[i].spec.role != Role::matrix;
  }
  void gather_gradient(std::size_t i);
  void scatter_weight(std::size_t i);
  std::size_t find(const std::string& name) const;
  float* array(TrainerArray kind, std::size_t i) const;
  float* checked(TrainerArray kind, const std::string& name, uint64_t count,
                 const char* verb, std::size_t* index) const;

  ThreadPool& pool_;
  const std::shared_ptr<Memory> memory_;
  std::vector<Weights::Tensor> tensors_;
  std::vector<Entry> entries_;
  std::vector<Parameter> parameters_;
  WeightMemory smalls_;  // what the ops read of them
  Buffer weights_, gradients_, first_moments_, second_moments_;
  ModelWeights views_;
  bool prepared_ = false;
};

}  // namespace mamba
