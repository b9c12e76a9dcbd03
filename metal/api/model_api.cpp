// Models: creating, filling, describing.
#include <cstdio>
#include <cstring>

#include "api/devices.h"
#include "api/guard.h"
#include "api/handles.h"
#include "api/read_config.h"
#include "core/convert.h"
#include "core/json.h"

namespace {

using mamba::fail;
using mamba::LockedModel;
using mamba::Status;

mamba::Dtype read_dtype(uint32_t value, const char* field) {
  if (value <= MAMBA_Q4) return static_cast<mamba::Dtype>(value);
  fail(Status::invalid_argument,
       "Cannot use %s %u: wanted 0 (F32), 1 (F16), 2 (BF16), 3 (Q8) or 4 (Q4)",
       field, value);
}

mamba::TensorInput read_input(const char* name, uint32_t stored, uint32_t keep,
                              const uint64_t* shape, uint32_t rank) {
  mamba::require(name, "name");
  if (rank > 0) mamba::require(shape, "shape");
  mamba::TensorInput input;
  input.name = name;
  input.stored = read_dtype(stored, "stored");
  input.keep =
      keep == MAMBA_AS_STORED ? input.stored : read_dtype(keep, "keep");
  input.shape = shape;
  input.rank = rank;
  return input;
}

void describe_tensors(const mamba::Weights& weights,
                      mamba::JsonWriter& writer) {
  writer.begin_array();
  for (const mamba::Weights::Tensor& tensor : weights.tensors()) {
    writer.begin_object();
    writer.key("name").value(tensor.spec.name);
    writer.key("dtype").value(mamba::dtype_name(tensor.dtype));
    writer.key("shape").begin_array();
    for (const uint64_t size : tensor.spec.shape) writer.value(size);
    writer.end_array();
    writer.key("bytes").value(tensor.bytes());
    writer.end_object();
  }
  writer.end_array();
}

std::string describe(const mamba::Model& model) {
  const mamba::Weights& weights = model.weights();
  char fingerprint[17];
  std::snprintf(fingerprint, sizeof fingerprint, "%016llx",
                static_cast<unsigned long long>(weights.fingerprint()));
  mamba::JsonWriter writer;
  writer.begin_object();
  writer.key("device").value(model.device().name);
  writer.key("description").value(model.device().description);
  writer.key("threads").value(model.device().threads);
  writer.key("parameters").value(weights.parameters());
  writer.key("weightBytes").value(weights.bytes());
  writer.key("stateBytes")
      .value(static_cast<uint64_t>(model.state_layout()->total_floats *
                                   int64_t(sizeof(float))));
  writer.key("fingerprint").value(fingerprint);
  writer.key("deviceSampling").value(model.samples_on_device());
  writer.key("tensors");
  describe_tensors(weights, writer);
  return writer.end_object().text();
}

}  // namespace

mamba_status mamba_model_create(const mamba_model_config* config,
                                const char* device, uint32_t threads,
                                mamba_model** out, char* error,
                                uint64_t error_capacity) {
  return mamba::guard({error, error_capacity}, [&] {
    mamba::require(config, "config");
    mamba::require(device, "device");
    mamba::require(out, "out");
    const mamba::ModelConfig checked = mamba::read_config(*config);
    mamba::DeviceDescription description;
    auto ops = mamba::make_ops(device, threads, &description);
    *out = new mamba_model(checked, std::move(description), std::move(ops));
  });
}

void mamba_model_destroy(mamba_model* model) { delete model; }

mamba_status mamba_file_open(const char* path, mamba_file** out, char* error,
                             uint64_t error_capacity) {
  return mamba::guard({error, error_capacity}, [&] {
    mamba::require(path, "path");
    mamba::require(out, "out");
    *out = new mamba_file{mamba::MappedFile::open(path)};
  });
}

void mamba_file_close(mamba_file* file) { delete file; }

mamba_status mamba_model_map_tensors(mamba_model* model, mamba_file* file,
                                     uint32_t n, const char* names,
                                     const uint32_t* stored,
                                     const uint32_t* ranks,
                                     const uint64_t* shapes,
                                     const uint64_t* offsets, uint32_t keep,
                                     char* error, uint64_t error_capacity) {
  return mamba::guard({error, error_capacity}, [&] {
    mamba::require(file, "file");
    mamba::require(names, "names");
    mamba::require(stored, "stored");
    mamba::require(ranks, "ranks");
    mamba::require(shapes, "shapes");
    mamba::require(offsets, "offsets");
    LockedModel locked(model);
    for (uint32_t i = 0; i < n; ++i) {
      const auto input = read_input(names, stored[i], keep, shapes, ranks[i]);
      locked->weights().map(input, file->file, offsets[i]);
      names += input.name.size() + 1;
      shapes += ranks[i];
    }
  });
}

mamba_status mamba_model_copy_tensor(mamba_model* model, const char* name,
                                     uint32_t stored, uint32_t keep,
                                     const uint64_t* shape, uint32_t rank,
                                     const void* data, uint64_t bytes,
                                     char* error, uint64_t error_capacity) {
  return mamba::guard({error, error_capacity}, [&] {
    const auto input = read_input(name, stored, keep, shape, rank);
    mamba::require(data, "data");
    LockedModel(model)->weights().copy(input, data, bytes);
  });
}

mamba_status mamba_model_randomize(mamba_model* model, uint64_t seed,
                                   uint32_t keep, char* error,
                                   uint64_t error_capacity) {
  return mamba::guard({error, error_capacity}, [&] {
    const mamba::Dtype dtype =
        keep == MAMBA_AS_STORED ? mamba::Dtype::f32 : read_dtype(keep, "keep");
    LockedModel(model)->weights().randomize(seed, dtype);
  });
}

mamba_status mamba_model_finish(mamba_model* model, char* error,
                                uint64_t error_capacity) {
  return mamba::guard({error, error_capacity},
                      [&] { LockedModel(model)->finish(); });
}

mamba_status mamba_model_settle(mamba_model* model, char* error,
                                uint64_t error_capacity) {
  return mamba::guard({error, error_capacity}, [&] {
    // The model is not locked meanwhile: it can be worked with.
    LockedModel(model).require_finished();
    model->model.weights().settle();
  });
}

mamba_status mamba_model_describe(mamba_model* model, char* json,
                                  uint64_t capacity, uint64_t* needed,
                                  char* error, uint64_t error_capacity) {
  return mamba::guard({error, error_capacity}, [&] {
    LockedModel locked(model);
    locked.require_finished();
    mamba::write_text(describe(*locked), json, capacity, needed);
  });
}

mamba_status mamba_model_read_tensor(mamba_model* model, const char* name,
                                     void* out, uint64_t bytes, char* error,
                                     uint64_t error_capacity) {
  return mamba::guard({error, error_capacity}, [&] {
    mamba::require(name, "name");
    mamba::require(out, "out");
    LockedModel locked(model);
    locked.require_finished();
    const mamba::Weights::Tensor& tensor = locked->weights().find(name);
    if (bytes != tensor.bytes()) {
      fail(Status::invalid_argument,
           "Cannot read %s: there is room for %llu bytes, it has %llu", name,
           static_cast<unsigned long long>(bytes),
           static_cast<unsigned long long>(tensor.bytes()));
    }
    std::memcpy(out, tensor.data, bytes);
  });
}
