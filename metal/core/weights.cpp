#include "core/weights.h"

#include <algorithm>
#include <atomic>
#include <cinttypes>
#include <cstring>

#include "core/convert.h"
#include "core/error.h"
#include "core/initialize.h"
#include "core/parallel.h"
#include "core/small_tensor.h"
#include "core/thread_pool.h"

namespace mamba {
namespace {

// Numbers that a thread takes at a time: a multiple of a cache line, even.
constexpr int64_t kGrain = int64_t{1} << 16;
// Bytes that a thread copies at a time.
constexpr int64_t kCopyGrain = int64_t{1} << 20;
// Bytes of a number in the widest format.
constexpr std::size_t kWidest = sizeof(float);

bool is_aligned(const void* data, std::size_t alignment) {
  return reinterpret_cast<uintptr_t>(data) % alignment == 0;
}

double gigabytes(uint64_t bytes) { return static_cast<double>(bytes) * 1e-9; }

}  // namespace

Weights::Weights(const ModelConfig& config, uint32_t threads,
                 std::shared_ptr<Memory> memory)
    : config_(config),
      threads_(threads),
      where_(std::move(memory)),
      memory_(where_) {
  std::vector<TensorSpec> specs = tensor_specs(config);
  tensors_.resize(specs.size());
  for (std::size_t i = 0; i < specs.size(); ++i) {
    index_.emplace(specs[i].name, i);
    tensors_[i].spec = std::move(specs[i]);
  }
}

Weights::~Weights() {
  for (const Tensor& tensor : tensors_) {
    if (tensor.file != nullptr) where_->unshare(tensor.data);
  }
}

ThreadPool& Weights::pool() {
  if (!pool_) pool_ = std::make_unique<ThreadPool>(threads_);
  return *pool_;
}

const Weights::Tensor& Weights::find(const std::string& name) const {
  const auto found = index_.find(name);
  if (found == index_.end()) {
    fail(Status::invalid_argument,
         "Cannot find %s: the model has no such tensor", name.c_str());
  }
  return tensors_[found->second];
}

// The tensor that an input is for, if it may be given now and fits.
Weights::Tensor& Weights::take(const TensorInput& input) {
  const char* name = input.name.c_str();
  if (finished_) {
    fail(Status::invalid_argument, "Cannot add %s: the model is finished",
         name);
  }
  const auto found = index_.find(input.name);
  if (found == index_.end()) {
    const bool tied = config_.tie_embeddings && input.name == "lm_head.weight";
    fail(Status::invalid_argument, "Cannot add %s: %s", name,
         tied ? "the embedding is the head of this model (tie_embeddings)"
              : "a model of this config has no such tensor");
  }
  Tensor& tensor = tensors_[found->second];
  if (tensor.data != nullptr) {
    fail(Status::invalid_argument, "Cannot add %s: it was added before", name);
  }
  const std::vector<uint64_t>& shape = tensor.spec.shape;
  if (input.rank != shape.size() ||
      !std::equal(shape.begin(), shape.end(), input.shape)) {
    fail(Status::invalid_argument,
         "Cannot add %s: its shape is %s, the config wants %s", name,
         shape_text(input.shape, input.rank).c_str(),
         shape_text(shape.data(), shape.size()).c_str());
  }
  return tensor;
}

// Before the first tensor: what does not fit fails at once, not after minutes.
void Weights::check_room(Dtype keep) {
  if (room_checked_) return;
  room_checked_ = true;
  const uint64_t limit = where_->limit();
  if (limit == 0) return;
  uint64_t matrices = 0, small = 0;
  for (const Tensor& tensor : tensors_) {
    const auto count = static_cast<uint64_t>(tensor.spec.count());
    (tensor.spec.role == Role::matrix ? matrices : small) += count;
  }
  const uint64_t rest = small * sizeof(float);
  const uint64_t needed = matrices * dtype_size(keep) + rest;
  if (needed <= limit) return;
  const uint64_t half = matrices * dtype_size(Dtype::f16) + rest;
  fail(Status::out_of_memory,
       "Cannot load the model on this device: its weights take %.2f GB in %s, "
       "the device can work with %.2f GB; %s",
       gigabytes(needed), dtype_name(keep), gigabytes(limit),
       half < needed && half <= limit
           ? "keep them in F16 or BF16, or use the cpu"
           : "use the cpu");
}

void Weights::map(const TensorInput& input,
                  std::shared_ptr<const MappedFile> file, uint64_t offset) {
  Tensor& tensor = take(input);
  check_room(input.keep);
  const uint64_t bytes =
      static_cast<uint64_t>(tensor.spec.count()) * dtype_size(input.stored);
  const bool matrix = tensor.spec.role == Role::matrix;
  if (matrix && input.keep == input.stored && should_copy(*file)) {
    keep_copied(tensor, *file, offset, input.stored);
    return;
  }
  const void* data = file->read(offset, bytes);
  if (matrix && input.keep == input.stored &&
      is_aligned(data, where_->matrix_alignment(input.stored)) &&
      where_->share(data, static_cast<std::size_t>(bytes))) {
    tensor.dtype = input.stored;
    tensor.file = std::move(file);
    tensor.data = data;
    return;
  }
  if (matrix) {
    keep_converted(tensor, data, input.stored, input.keep);
  } else {
    keep_small(tensor, data, input.stored);
  }
  file->forget(offset, bytes);
}

// Asked once for each file: what is available changes while weights come in.
bool Weights::should_copy(const MappedFile& file) {
  if (asked_file_ != file.path()) {
    asked_file_ = file.path();
    copies_ = where_->is_host() && copying_pays(file.size());
  }
  return copies_;
}

void* Weights::allocate(std::size_t bytes) {
  if (!memory_.reserved()) {
    std::size_t capacity = 0;
    for (const Tensor& tensor : tensors_) {
      if (tensor.spec.role != Role::matrix) continue;
      capacity += static_cast<std::size_t>(tensor.spec.count()) * kWidest + 64;
    }
    memory_.reserve(capacity);
  }
  return memory_.allocate(bytes);
}

void Weights::copy(const TensorInput& input, const void* data, uint64_t bytes) {
  Tensor& tensor = take(input);
  check_room(input.keep);
  const uint64_t wanted =
      static_cast<uint64_t>(tensor.spec.count()) * dtype_size(input.stored);
  if (bytes != wanted) {
    fail(Status::invalid_argument,
         "Cannot add %s: got %" PRIu64 " bytes, its shape takes %" PRIu64,
         input.name.c_str(), bytes, wanted);
  }
  if (tensor.spec.role == Role::matrix) {
    keep_converted(tensor, data, input.stored, input.keep);
  } else {
    keep_small(tensor, data, input.stored);
  }
}

void Weights::keep_small(Tensor& tensor, const void* data, Dtype stored) {
  tensor.dtype = stored;
  Buffer own(tensor.bytes());
  std::memcpy(own.data(), data, tensor.bytes());
  tensor.wide = prepare_small_tensor(tensor.spec, own.data(), stored, *where_);
  tensor.own = std::move(own);
  tensor.data = tensor.own.data();
}

void Weights::keep_copied(Tensor& tensor, const MappedFile& file,
                          uint64_t offset, Dtype stored) {
  const int64_t bytes =
      tensor.spec.count() * static_cast<int64_t>(dtype_size(stored));
  file.check_range(offset, static_cast<uint64_t>(bytes));
  char* own = static_cast<char*>(allocate(static_cast<std::size_t>(bytes)));
  std::atomic<bool> whole{true};
  parallel_ranges(pool(), bytes, kCopyGrain, [&](int64_t begin, int64_t end) {
    if (!file.copy(offset + static_cast<uint64_t>(begin),
                   static_cast<uint64_t>(end - begin), own + begin)) {
      whole = false;
    }
  });
  if (!whole) {
    fail(Status::io, "Cannot read %s from %s", tensor.spec.name.c_str(),
         file.path().c_str());
  }
  tensor.dtype = stored;
  tensor.data = own;
}

void Weights::keep_converted(Tensor& tensor, const void* data, Dtype stored,
                             Dtype keep) {
  const int64_t count = tensor.spec.count();
  const auto from_size = static_cast<int64_t>(dtype_size(stored));
  const auto to_size = static_cast<int64_t>(dtype_size(keep));
  char* own =
      static_cast<char*>(allocate(static_cast<std::size_t>(count * to_size)));
  std::atomic<bool> exact{true};
  parallel_ranges(pool(), count, kGrain, [&](int64_t begin, int64_t end) {
    const char* from = static_cast<const char*>(data) + begin * from_size;
    if (!convert_numbers(from, stored, own + begin * to_size, keep,
                         end - begin)) {
      exact = false;
    }
  });
  if (!exact) {
    fail(Status::invalid_argument,
         "Cannot keep %s in %s: it holds numbers beyond that format's range; "
         "keep it in BF16 or F32",
         tensor.spec.name.c_str(), dtype_name(keep));
  }
  tensor.dtype = keep;
  tensor.data = own;
}

void Weights::randomize(uint64_t seed, Dtype keep) {
  check_room(keep);
  for (const Tensor& tensor : tensors_) {
    const TensorSpec& spec = tensor.spec;
    const bool matrix = spec.role == Role::matrix;
    TensorInput input;
    input.name = spec.name;
    input.shape = spec.shape.data();
    input.rank = static_cast<uint32_t>(spec.shape.size());
    Tensor& target = take(input);
    const Dtype dtype = matrix ? keep : Dtype::f32;
    const auto size = static_cast<int64_t>(dtype_size(dtype));
    const auto bytes = static_cast<std::size_t>(spec.count() * size);
    Buffer small(matrix ? 0 : bytes);
    char* values = static_cast<char*>(matrix ? allocate(bytes) : small.data());
    parallel_ranges(pool(), spec.count(), kGrain,
                    [&](int64_t begin, int64_t end) {
                      constexpr int64_t kPart = 1024;
                      float part[kPart];
                      for (int64_t at = begin; at < end; at += kPart) {
                        const int64_t stop = std::min(end, at + kPart);
                        fill_tensor(spec, seed, at, stop, part);
                        convert_numbers(part, Dtype::f32, values + at * size,
                                        dtype, stop - at);
                      }
                    });
    if (!matrix) {
      keep_small(target, values, Dtype::f32);
      continue;
    }
    target.dtype = keep;
    target.data = values;
  }
}

void Weights::finish() {
  if (finished_) {
    fail(Status::invalid_argument,
         "Cannot finish the model: it is finished already");
  }
  constexpr int kNamed = 8;
  std::string names;
  int missing = 0;
  for (const Tensor& tensor : tensors_) {
    if (tensor.data != nullptr) continue;
    if (++missing > kNamed) continue;
    names += (missing > 1 ? ", " : "") + tensor.spec.name;
  }
  if (missing > kNamed) {
    names += " and " + std::to_string(missing - kNamed) + " more";
  }
  if (missing > 0) {
    fail(Status::invalid_argument, "Cannot finish the model: %s %s missing",
         names.c_str(), missing == 1 ? "is" : "are");
  }
  views_ = model_weights(config_, tensors_);
  make_fingerprint();
  pool_.reset();
  finished_ = true;
}

void Weights::make_fingerprint() {
  Hash hash;
  config_.add_to(hash);
  for (const Tensor& tensor : tensors_) {
    if (tensor.spec.role == Role::matrix) continue;
    hash.add(tensor.spec.name.data(), tensor.spec.name.size());
    hash.add(tensor.wide.data(), tensor.wide.size());
  }
  fingerprint_ = hash.value();
}

uint64_t Weights::parameters() const {
  uint64_t sum = 0;
  for (const Tensor& tensor : tensors_) {
    sum += static_cast<uint64_t>(tensor.spec.count());
  }
  return sum;
}

uint64_t Weights::bytes() const {
  uint64_t sum = 0;
  for (const Tensor& tensor : tensors_) sum += tensor.bytes();
  return sum;
}

}  // namespace mamba
