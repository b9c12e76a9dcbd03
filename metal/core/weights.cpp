#include "core/weights.h"

#include <algorithm>
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

// Bytes that a thread copies at a time.
constexpr int64_t kCopyGrain = int64_t{1} << 20;

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
      memory_(where_),
      smalls_(where_) {
  std::vector<TensorSpec> specs = tensor_specs(config);
  tensors_.resize(specs.size());
  for (std::size_t i = 0; i < specs.size(); ++i) {
    index_.emplace(specs[i].name, i);
    tensors_[i].spec = std::move(specs[i]);
  }
}

Weights::~Weights() {
  for (const Tensor& tensor : tensors_) {
    const bool shared =
        tensor.file != nullptr && tensor.spec.role == Role::matrix;
    if (shared) where_->unshare(tensor.data);
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
  if (is_quantised(input.stored) && !tensor.spec.quantises) {
    fail(Status::invalid_argument,
         "Cannot add %s: it is never quantised, so %s is not its format", name,
         dtype_name(input.stored));
  }
  // What is never below 8 bits does not tell what the rest is in.
  if (!tensor.spec.sensitive || !is_quantised(input.keep)) {
    check_room(input.stored, input.keep);
  }
  return tensor;
}

uint64_t Weights::kept_bytes(Dtype stored, Dtype keep) const {
  uint64_t sum = 0;
  for (const Tensor& tensor : tensors_) {
    const bool matrix = tensor.spec.role == Role::matrix;
    const Dtype dtype =
        matrix ? kept_dtype(tensor.spec, stored, keep) : Dtype::f32;
    sum += static_cast<uint64_t>(tensor_bytes(tensor.spec, dtype));
  }
  return sum;
}

// Before the first tensor: what does not fit fails at once, not after minutes.
void Weights::check_room(Dtype stored, Dtype keep) {
  if (room_checked_) return;
  room_checked_ = true;
  const uint64_t limit = where_->limit();
  const uint64_t needed = kept_bytes(stored, keep);
  if (limit == 0 || needed <= limit) return;
  std::string fitting;
  for (const Dtype dtype : {Dtype::f16, Dtype::bf16, Dtype::q8, Dtype::q4}) {
    const uint64_t bytes = kept_bytes(stored, dtype);
    if (bytes >= needed || bytes > limit) continue;
    fitting += fitting.empty() ? "keep them in " : " or ";
    fitting += dtype_name(dtype);
  }
  if (!fitting.empty()) fitting += ", or ";
  fail(Status::out_of_memory,
       "Cannot load the model on this device: its weights take %.2f GB in %s, "
       "the device can work with %.2f GB; %suse the cpu",
       gigabytes(needed), dtype_name(keep), gigabytes(limit), fitting.c_str());
}

void Weights::map(const TensorInput& input,
                  std::shared_ptr<const MappedFile> file, uint64_t offset) {
  Tensor& tensor = take(input);
  const auto bytes =
      static_cast<uint64_t>(tensor_bytes(tensor.spec, input.stored));
  const bool matrix = tensor.spec.role == Role::matrix;
  const Dtype keep = kept_dtype(tensor.spec, input.stored, input.keep);
  const void* data = file->read(offset, bytes, pool());
  if (matrix && keep == input.stored &&
      is_aligned(data, where_->matrix_alignment(input.stored)) &&
      where_->share(data, static_cast<std::size_t>(bytes))) {
    tensor.dtype = input.stored;
    tensor.data = data;
    if (where_->is_host()) mover_.add(file, offset, bytes);
    tensor.file = std::move(file);
    return;
  }
  if (matrix) {
    keep_converted(tensor, data, input.stored, keep);
  } else if (is_aligned(data, dtype_size(input.stored))) {
    // Ops read the wide form: what was stored is read again only to be saved.
    Buffer copy(static_cast<std::size_t>(bytes));
    const bool copied =
        file->copy(offset, bytes, static_cast<char*>(copy.data()));
    widen_small(tensor, copied ? copy.data() : data, input.stored);
    tensor.data = data;
    tensor.file = file;
  } else {
    copy_small(tensor, data, input.stored);
  }
  file->forget(offset, bytes);
}

void* Weights::allocate(std::size_t bytes) {
  if (!memory_.reserved()) {
    std::size_t capacity = 0;
    for (const Tensor& tensor : tensors_) {
      if (tensor.spec.role != Role::matrix) continue;
      // Filled up, narrow matrices are larger in 8 bits than in f32.
      const int64_t most = std::max(tensor_bytes(tensor.spec, Dtype::f32),
                                    tensor_bytes(tensor.spec, Dtype::q8));
      capacity += static_cast<std::size_t>(most) + 64;
    }
    memory_.reserve(capacity);
  }
  return memory_.allocate(bytes);
}

void Weights::copy(const TensorInput& input, const void* data, uint64_t bytes) {
  Tensor& tensor = take(input);
  const auto wanted =
      static_cast<uint64_t>(tensor_bytes(tensor.spec, input.stored));
  if (bytes != wanted) {
    fail(Status::invalid_argument,
         "Cannot add %s: got %" PRIu64 " bytes, its shape takes %" PRIu64,
         input.name.c_str(), bytes, wanted);
  }
  if (tensor.spec.role == Role::matrix) {
    keep_converted(tensor, data, input.stored,
                   kept_dtype(tensor.spec, input.stored, input.keep));
  } else {
    copy_small(tensor, data, input.stored);
  }
}

void Weights::widen_small(Tensor& tensor, const void* data, Dtype stored) {
  if (!smalls_.reserved()) smalls_.reserve(small_bytes(tensors_));
  tensor.wide = smalls_.allocate_floats(tensor.spec.count());
  write_small_tensor(tensor.spec, data, stored, tensor.wide, pool());
  tensor.dtype = stored;
}

void Weights::copy_small(Tensor& tensor, const void* data, Dtype stored) {
  const auto bytes =
      static_cast<std::size_t>(tensor_bytes(tensor.spec, stored));
  Buffer own(bytes);
  std::memcpy(own.data(), data, bytes);
  widen_small(tensor, own.data(), stored);
  tensor.data = own.data();
  tensor.own = std::move(own);
}

void Weights::keep_converted(Tensor& tensor, const void* data, Dtype stored,
                             Dtype keep) {
  const auto bytes = static_cast<std::size_t>(tensor_bytes(tensor.spec, keep));
  void* own = allocate(bytes);
  bool exact = true;
  if (stored == keep) {
    const char* from = static_cast<const char*>(data);
    parallel_ranges(pool(), static_cast<int64_t>(bytes), kCopyGrain,
                    [&](int64_t begin, int64_t end) {
                      std::memcpy(static_cast<char*>(own) + begin, from + begin,
                                  static_cast<std::size_t>(end - begin));
                    });
  } else {
    exact = convert_matrix(pool(), matrix_view(tensor.spec, data, stored),
                           matrix_view(tensor.spec, own, keep));
  }
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
  check_room(Dtype::f32, keep);
  for (const Tensor& tensor : tensors_) {
    const TensorSpec& spec = tensor.spec;
    TensorInput input;
    input.name = spec.name;
    input.shape = spec.shape.data();
    input.rank = static_cast<uint32_t>(spec.shape.size());
    Tensor& target = take(input);
    if (spec.role == Role::matrix) {
      const Dtype dtype = kept_dtype(spec, Dtype::f32, keep);
      void* own = allocate(static_cast<std::size_t>(tensor_bytes(spec, dtype)));
      fill_matrix(pool(), spec, seed, matrix_view(spec, own, dtype));
      target.dtype = dtype;
      target.data = own;
      continue;
    }
    Buffer values(static_cast<std::size_t>(spec.count()) * sizeof(float));
    fill_tensor(spec, seed, 0, spec.count(), values.floats());
    copy_small(target, values.data(), Dtype::f32);
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
  mover_.start();
  finished_ = true;
}

void Weights::make_fingerprint() {
  Hash hash;
  config_.add_to(hash);
  for (const Tensor& tensor : tensors_) {
    if (tensor.spec.role == Role::matrix) continue;
    hash.add(tensor.spec.name.data(), tensor.spec.name.size());
    hash.add(tensor.wide,
             static_cast<std::size_t>(tensor.spec.count()) * sizeof(float));
  }
  fingerprint_ = hash.value();
}

std::size_t small_bytes(const std::vector<Weights::Tensor>& tensors) {
  std::size_t sum = 0;
  for (const Weights::Tensor& tensor : tensors) {
    if (tensor.spec.role == Role::matrix) continue;
    sum +=
        round_up(static_cast<std::size_t>(tensor.spec.count()) * sizeof(float),
                 Buffer::kAlignment);
  }
  return sum;
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
