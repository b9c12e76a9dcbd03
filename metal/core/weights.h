// A model's tensors: taken in one by one, then read by the forward pass.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "core/buffer.h"
#include "core/config.h"
#include "core/keep_matrix.h"
#include "core/mapped_file.h"
#include "core/page_mover.h"
#include "core/tensor.h"
#include "core/tensor_specs.h"
#include "core/weight_memory.h"

namespace mamba {

class ThreadPool;

// What a layer's ops read. Null where the model has no such tensor.
struct LayerWeights {
  const float* norm_weight = nullptr;
  const float* norm_bias = nullptr;
  Matrix in_proj;
  const float* in_proj_bias = nullptr;
  const float* conv_weight = nullptr;  // (K, channels)
  const float* conv_bias = nullptr;
  Matrix x_proj;
  Matrix dt_proj;
  const float* dt_bias = nullptr;  // Mamba: dt_proj.bias
  const float* A = nullptr;        // Mamba: (N, D); Mamba 2: (H)
  const float* D = nullptr;
  const float* gate_norm_weight = nullptr;
  Matrix out_proj;
  const float* out_proj_bias = nullptr;
};

struct ModelWeights {
  Matrix embedding;
  std::vector<LayerWeights> layers;
  const float* norm_f_weight = nullptr;
  const float* norm_f_bias = nullptr;
  Matrix lm_head;  // the embedding, if tied
};

// A tensor as a caller hands it in.
struct TensorInput {
  std::string name;
  Dtype stored = Dtype::f32;
  Dtype keep = Dtype::f32;  // of matrices
  const uint64_t* shape = nullptr;
  uint32_t rank = 0;
};

class Weights {
 public:
  struct Tensor {
    TensorSpec spec;
    Dtype dtype = Dtype::f32;    // of `data`
    const void* data = nullptr;  // null until it is given
    // What `data` points into: memory_ if neither of these.
    Buffer own;  // of small tensors that were not mapped
    std::shared_ptr<const MappedFile> file;
    // Of small tensors: f32, in the layout that ops read; somebody else's.
    float* wide = nullptr;

    // Of a matrix.
    Matrix matrix() const { return matrix_view(spec, data, dtype); }
    uint64_t bytes() const {
      return static_cast<uint64_t>(tensor_bytes(spec, dtype));
    }
  };

  Weights(const ModelConfig& config, uint32_t threads,
          std::shared_ptr<Memory> memory = host_memory());
  ~Weights();

  // All throw Error (invalid_argument) for unknown names, second copies, wrong
  // shapes, and numbers that `keep` cannot hold.
  void map(const TensorInput& input, std::shared_ptr<const MappedFile> file,
           uint64_t offset);
  void copy(const TensorInput& input, const void* data, uint64_t bytes);
  void randomize(uint64_t seed, Dtype keep);
  // Throws Error that names the missing tensors. What is mapped goes to large
  // pages from now on, where that pays; its addresses and bytes stay.
  void finish();
  // Returns when that is over. Any thread may call it, once it is finished.
  void settle() { mover_.wait(); }

  bool finished() const { return finished_; }
  const ModelWeights& views() const { return views_; }
  const std::vector<Tensor>& tensors() const { return tensors_; }
  // Throws Error (invalid_argument) for an unknown name.
  const Tensor& find(const std::string& name) const;
  // Of the config and the small tensors' values.
  uint64_t fingerprint() const { return fingerprint_; }
  uint64_t parameters() const;
  uint64_t bytes() const;

 private:
  Tensor& take(const TensorInput& input);
  uint64_t kept_bytes(Dtype stored, Dtype keep) const;
  void check_room(Dtype stored, Dtype keep);
  void widen_small(Tensor& tensor, const void* data, Dtype stored);
  void copy_small(Tensor& tensor, const void* data, Dtype stored);
  void* allocate(std::size_t bytes);
  void keep_converted(Tensor& tensor, const void* data, Dtype stored,
                      Dtype keep);
  ThreadPool& pool();
  void make_fingerprint();

  const ModelConfig config_;
  const uint32_t threads_;
  const std::shared_ptr<Memory> where_;
  std::vector<Tensor> tensors_;
  std::unordered_map<std::string, std::size_t> index_;
  std::unique_ptr<ThreadPool> pool_;  // until finish()
  WeightMemory memory_;               // of matrices that are no file's
  WeightMemory smalls_;               // of what ops read of the others
  PageMover mover_;                   // of matrices that are a file's
  bool room_checked_ = false;
  ModelWeights views_;
  uint64_t fingerprint_ = 0;
  bool finished_ = false;
};

// What the ops read of tensors that are no matrices, on cache lines, in bytes.
std::size_t small_bytes(const std::vector<Weights::Tensor>& tensors);

// Views of tensors that all are there.
ModelWeights model_weights(const ModelConfig& config,
                           const std::vector<Weights::Tensor>& tensors);

}  // namespace mamba
