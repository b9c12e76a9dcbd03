#include "train/parameters.h"

#include <algorithm>
#include <cinttypes>
#include <cstring>

#include "core/convert.h"
#include "core/error.h"
#include "core/parallel.h"
#include "core/small_tensor.h"

namespace mamba {
namespace {

// Numbers that a thread takes at a time, and what tensors begin at: a multiple
// of a cache line.
constexpr int64_t kGrain = int64_t{1} << 16;
constexpr int64_t kAlignment = 16;

std::size_t bytes_of(int64_t count) {
  return static_cast<std::size_t>(count) * sizeof(float);
}

int64_t aligned(int64_t count) {
  return (count + kAlignment - 1) / kAlignment * kAlignment;
}

Buffer zeros(int64_t count, Memory& memory) {
  Buffer buffer(bytes_of(count), memory);
  std::memset(buffer.data(), 0, buffer.size());
  return buffer;
}

}  // namespace

Parameters::Parameters(const ModelConfig& config, const Weights& weights,
                       ThreadPool& pool, std::shared_ptr<Memory> memory)
    : pool_(pool), memory_(std::move(memory)), smalls_(memory_) {
  int64_t total = 0;
  for (const Weights::Tensor& source : weights.tensors()) {
    total += aligned(source.spec.count());
  }
  weights_ = zeros(total, *memory_);
  smalls_.reserve(small_bytes(weights.tensors()));
  float* place = weights_.floats();
  for (const Weights::Tensor& source : weights.tensors()) {
    Weights::Tensor tensor;
    tensor.spec = source.spec;
    tensor.data = place;
    Parameter parameter;
    parameter.weights = place;
    parameter.count = source.spec.count();
    parameter.decays =
        source.spec.role == Role::matrix || source.spec.role == Role::conv;
    if (source.spec.role == Role::matrix) {
      convert_matrix(pool_, source.matrix(),
                     matrix_view(source.spec, place, Dtype::f32));
    } else {
      convert_numbers(source.data, source.dtype, place, Dtype::f32,
                      parameter.count);
      tensor.wide = smalls_.allocate_floats(parameter.count);
      write_small_tensor(tensor.spec, place, Dtype::f32, tensor.wide, pool_);
    }
    place += aligned(parameter.count);
    tensors_.push_back(std::move(tensor));
    parameters_.push_back(parameter);
  }
  entries_.resize(tensors_.size());
  views_ = model_weights(config, tensors_);
}

std::size_t Parameters::find(const std::string& name) const {
  for (std::size_t i = 0; i < tensors_.size(); ++i) {
    if (tensors_[i].spec.name == name) return i;
  }
  fail(Status::invalid_argument, "Cannot find %s: the model has no such tensor",
       name.c_str());
}

void Parameters::freeze(const std::string& name) {
  Entry& entry = entries_[find(name)];
  if (prepared_) {
    fail(Status::invalid_argument, "Cannot freeze %s: the training has begun",
         name.c_str());
  }
  entry.frozen = true;
}

void Parameters::prepare(GradientMap& map) {
  if (prepared_) return;
  int64_t total = 0;
  for (std::size_t i = 0; i < entries_.size(); ++i) {
    if (!entries_[i].frozen) total += aligned(parameters_[i].count);
  }
  gradients_ = zeros(total, *memory_);
  first_moments_ = zeros(total, *host_memory());
  second_moments_ = zeros(total, *host_memory());
  int64_t offset = 0;
  for (std::size_t i = 0; i < entries_.size(); ++i) {
    Parameter& parameter = parameters_[i];
    const Weights::Tensor& tensor = tensors_[i];
    const void* seen = is_small(i) ? tensor.wide : tensor.data;
    if (entries_[i].frozen) {
      map.set_weight(seen, nullptr);
      continue;
    }
    parameter.gradients = gradients_.floats() + offset;
    parameter.first_moments = first_moments_.floats() + offset;
    parameter.second_moments = second_moments_.floats() + offset;
    offset += aligned(parameter.count);
    if (is_small(i))
      entries_[i].wide_gradient = zeros(parameter.count, *memory_);
    map.set_weight(seen, is_small(i) ? entries_[i].wide_gradient.floats()
                                     : parameter.gradients);
  }
  prepared_ = true;
}

void Parameters::zero_gradients() {
  float* all = gradients_.floats();
  const auto count = static_cast<int64_t>(gradients_.size() / sizeof(float));
  parallel_ranges(pool_, count, kGrain, [&](int64_t begin, int64_t end) {
    std::memset(all + begin, 0, bytes_of(end - begin));
  });
  for (Entry& entry : entries_) {
    if (entry.wide_gradient.data() == nullptr) continue;
    std::memset(entry.wide_gradient.data(), 0, entry.wide_gradient.size());
  }
}

void Parameters::gather_gradients() {
  for (std::size_t i = 0; i < entries_.size(); ++i) gather_gradient(i);
}

void Parameters::gather_gradient(std::size_t i) {
  if (entries_[i].wide_gradient.data() == nullptr) return;
  read_small_gradient(tensors_[i].spec, entries_[i].wide_gradient.floats(),
                      tensors_[i].wide, parameters_[i].gradients);
}

void Parameters::scatter_weights() {
  for (std::size_t i = 0; i < entries_.size(); ++i) scatter_weight(i);
}

void Parameters::scatter_weight(std::size_t i) {
  if (!is_small(i)) return;
  write_small_tensor(tensors_[i].spec, tensors_[i].data, Dtype::f32,
                     tensors_[i].wide, pool_);
}

float* Parameters::array(TrainerArray kind, std::size_t i) const {
  const Parameter& parameter = parameters_[i];
  switch (kind) {
    case TrainerArray::weights:
      return parameter.weights;
    case TrainerArray::gradients:
      return parameter.gradients;
    case TrainerArray::first_moments:
      return parameter.first_moments;
    case TrainerArray::second_moments:
      return parameter.second_moments;
  }
  fail(Status::invalid_argument, "Cannot find array %u: wanted 0 to 3",
       static_cast<unsigned>(kind));
}

float* Parameters::checked(TrainerArray kind, const std::string& name,
                           uint64_t count, const char* verb,
                           std::size_t* index) const {
  *index = find(name);
  const auto wanted = static_cast<uint64_t>(parameters_[*index].count);
  if (count != wanted) {
    fail(Status::invalid_argument,
         "Cannot %s %s: got room for %" PRIu64 " numbers, it has %" PRIu64,
         verb, name.c_str(), count, wanted);
  }
  return array(kind, *index);
}

void Parameters::read(TrainerArray kind, const std::string& name, float* out,
                      uint64_t count) {
  std::size_t i = 0;
  const float* from = checked(kind, name, count, "read", &i);
  if (from == nullptr) {
    std::fill(out, out + count, 0.0f);
    return;
  }
  if (kind == TrainerArray::gradients) gather_gradient(i);
  std::copy(from, from + count, out);
}

void Parameters::write(TrainerArray kind, const std::string& name,
                       const float* data, uint64_t count) {
  std::size_t i = 0;
  float* to = checked(kind, name, count, "write", &i);
  if (kind == TrainerArray::gradients) {
    fail(Status::invalid_argument,
         "Cannot write %s: gradients come from the loss alone", name.c_str());
  }
  if (to == nullptr) {
    fail(Status::invalid_argument, "Cannot write %s: it is frozen",
         name.c_str());
  }
  std::copy(data, data + count, to);
  if (kind == TrainerArray::weights) scatter_weight(i);
}

}  // namespace mamba
