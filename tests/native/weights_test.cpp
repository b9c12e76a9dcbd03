// Weights: files, names and shapes, starting values.
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>

#include "api/read_config.h"
#include "core/convert.h"
#include "core/error.h"
#include "core/half.h"
#include "core/hash.h"
#include "core/initialize.h"
#include "core/weights.h"
#include "harness.h"
#include "temporary_file.h"
#include "tiny_model.h"

namespace {

using mamba::Dtype;
using test::call;
using test::Failure;
using test::ModelHandle;
using test::TemporaryFile;

const test::Device& device() { return test::all_devices().front(); }

bool contains(const std::string& text, const char* part) {
  return text.find(part) != std::string::npos;
}

mamba::ModelConfig small_config() {
  return mamba::read_config(test::mamba1_config());
}

// The bytes of a tensor of ones and a call that gives them.
Failure give(const ModelHandle& model, const char* name,
             std::vector<uint64_t> shape, const std::vector<float>& values,
             uint32_t keep = MAMBA_F32) {
  return call(mamba_model_copy_tensor, model.get(), name, uint32_t{MAMBA_F32},
              keep, static_cast<const uint64_t*>(shape.data()),
              uint32_t(shape.size()), static_cast<const void*>(values.data()),
              uint64_t{values.size() * 4});
}

TEST("copy_tensor() names unknown, repeated, misshapen and tied tensors") {
  const ModelHandle model =
      test::make_unfinished(test::mamba1_config(), device());
  const std::vector<float> ones(40 * 32, 1.0f), few(32, 1.0f);
  const auto refuses = [&](const char* name, std::vector<uint64_t> shape,
                           const std::vector<float>& values, const char* part) {
    const Failure failure = give(model, name, shape, values);
    CHECK(failure.status == MAMBA_INVALID_ARGUMENT);
    CHECK(contains(failure.text, name));
    if (!contains(failure.text, part)) test::report(__FILE__, 0, failure.text);
  };
  refuses("backbone.layers.2.norm.weight", {32}, few, "no such tensor");
  refuses("backbone.layers.0.mixer.dt_bias", {4}, few, "no such tensor");
  refuses("lm_head.weight", {40, 32}, ones, "tie_embeddings");
  refuses("backbone.norm_f.weight", {31}, few,
          "its shape is (31), the config wants (32)");
  refuses("backbone.norm_f.weight", {1, 32}, few, "(1, 32)");
  refuses("backbone.embedding.weight", {40, 32}, few, "5120");
  CHECK(give(model, "backbone.norm_f.weight", {32}, few).status == MAMBA_OK);
  refuses("backbone.norm_f.weight", {32}, few, "before");
}

TEST("copy_tensor() refuses f16 for numbers beyond its range, not bf16") {
  const ModelHandle model =
      test::make_unfinished(test::mamba1_config(), device());
  std::vector<float> values(40 * 32, 0.5f);
  values[777] = 70000;
  const char* name = "backbone.embedding.weight";
  const Failure failure = give(model, name, {40, 32}, values, MAMBA_F16);
  CHECK(failure.status == MAMBA_INVALID_ARGUMENT);
  CHECK(contains(failure.text, name) && contains(failure.text, "BF16 or F32"));
  CHECK(give(model, name, {40, 32}, values, MAMBA_BF16).status == MAMBA_OK);
}

// Reads a tensor of a finished model.
std::vector<char> read(const ModelHandle& model, const char* name,
                       std::size_t bytes) {
  std::vector<char> out(bytes);
  const Failure failure = call(mamba_model_read_tensor, model.get(), name,
                               static_cast<void*>(out.data()), uint64_t{bytes});
  if (failure.status != MAMBA_OK) test::report(__FILE__, 0, failure.text);
  return out;
}

TEST("read_tensor() gives small tensors back as they were stored") {
  const mamba_model_config config = test::mamba1_config();
  const ModelHandle source = test::make_model(config, device());
  const ModelHandle model = test::make_unfinished(config, device());
  std::vector<std::vector<char>> given;
  const auto specs = mamba::tensor_specs(small_config());
  for (const mamba::TensorSpec& spec : specs) {
    const auto count = std::size_t(spec.count());
    const auto wide = read(source, spec.name.c_str(), count * 4);
    std::vector<char> halves(count * 2);
    mamba::convert_numbers(wide.data(), Dtype::f32, halves.data(), Dtype::bf16,
                           spec.count());
    CHECK(call(mamba_model_copy_tensor, model.get(), spec.name.c_str(),
               uint32_t{MAMBA_BF16}, uint32_t{MAMBA_AS_STORED},
               spec.shape.data(), uint32_t(spec.shape.size()),
               static_cast<const void*>(halves.data()), uint64_t{count * 2})
              .status == MAMBA_OK);
    given.push_back(halves);
  }
  CHECK(call(mamba_model_finish, model.get()).status == MAMBA_OK);
  for (std::size_t i = 0; i < specs.size(); ++i) {
    CHECK(read(model, specs[i].name.c_str(), given[i].size()) == given[i]);
  }
  CHECK(!contains(test::describe(model), "F32"));
}

mamba::TensorInput embedding_input(const std::vector<uint64_t>& shape,
                                   Dtype keep) {
  mamba::TensorInput input;
  input.name = "backbone.embedding.weight";
  input.keep = keep;
  input.shape = shape.data();
  input.rank = uint32_t(shape.size());
  return input;
}

TEST("Weights::map() uses a file's bytes, copies them only if it must") {
  const std::size_t count = 40 * 32;
  const std::vector<uint64_t> shape = {40, 32};
  std::vector<float> values(count);
  for (std::size_t i = 0; i < count; ++i) values[i] = float(i % 64);
  for (const uint64_t offset : {0, 64, 3}) {
    for (const Dtype keep : {Dtype::f32, Dtype::f16}) {
      std::vector<char> bytes(offset + count * 4);
      std::memcpy(bytes.data() + offset, values.data(), count * 4);
      const TemporaryFile file(bytes);
      mamba::Weights weights(small_config(), 2);
      const mamba::TensorInput input = embedding_input(shape, keep);
      weights.map(input, mamba::MappedFile::open(file.path), offset);
      const mamba::Weights::Tensor& tensor = weights.find(input.name);
      const bool mapped = keep == Dtype::f32 && offset % 4 == 0;
      CHECK((tensor.file != nullptr) == mapped);
      bool same = true;
      for (std::size_t i = 0; i < count; ++i) {
        same &= mamba::load_number(tensor.data, tensor.dtype, int64_t(i)) ==
                values[i];
      }
      CHECK(same);
    }
  }
}

TEST("Weights::map() copies a large matrix that is off its alignment") {
  const std::vector<uint64_t> shape = {1 << 16, 32};
  std::vector<float> values(shape[0] * shape[1]);
  for (std::size_t i = 0; i < values.size(); ++i) values[i] = float(i % 8191);
  std::vector<char> bytes(3 + values.size() * 4);
  std::memcpy(bytes.data() + 3, values.data(), values.size() * 4);
  const TemporaryFile file(bytes);
  mamba::ModelConfig config = small_config();
  config.vocab_size = 1 << 16;
  mamba::Weights weights(config, 2);
  const mamba::TensorInput input = embedding_input(shape, Dtype::f32);
  weights.map(input, mamba::MappedFile::open(file.path), 3);
  const mamba::Weights::Tensor& tensor = weights.find(input.name);
  CHECK(tensor.file == nullptr);
  CHECK(reinterpret_cast<uintptr_t>(tensor.data) % 64 == 0);
  CHECK(std::memcmp(tensor.data, values.data(), values.size() * 4) == 0);
}

mamba::Status map_status(const std::shared_ptr<const mamba::MappedFile>& file,
                         uint64_t offset) {
  const std::vector<uint64_t> shape = {40, 32};
  mamba::Weights weights(small_config(), 1);
  try {
    weights.map(embedding_input(shape, Dtype::f32), file, offset);
  } catch (const mamba::Error& error) {
    return error.status();
  }
  return mamba::Status::ok;
}

TEST("Weights::map() refuses what lies beyond the file, or was cut off") {
  const TemporaryFile file(std::vector<char>(40 * 32 * 4 + 100));
  const auto mapped = mamba::MappedFile::open(file.path);
  CHECK(map_status(mapped, 100) == mamba::Status::ok);
  CHECK(map_status(mapped, 101) == mamba::Status::io);
  CHECK(map_status(mapped, UINT64_MAX - 8) == mamba::Status::io);
  CHECK(truncate(file.path.c_str(), 50) == 0);
  CHECK(map_status(mapped, 0) == mamba::Status::io);
}

TEST("file_open() says what is wrong with a path") {
  mamba_file* file = nullptr;
  const Failure missing = call(mamba_file_open, "/nowhere/at/all", &file);
  CHECK(missing.status == MAMBA_IO);
  CHECK(contains(missing.text, "/nowhere/at/all"));
  CHECK(contains(call(mamba_file_open, "/", &file).text, "directory"));
  CHECK(contains(call(mamba_file_open, "/dev/null", &file).text,
                 "not a regular file"));
  CHECK(file == nullptr);
  const TemporaryFile empty({});
  CHECK(call(mamba_file_open, empty.path.c_str(), &file).status == MAMBA_OK);
  mamba_file_close(file);
}

// All values of the starting tensors of a config.
uint64_t hash_start(const mamba::ModelConfig& config, uint32_t threads,
                    uint64_t seed) {
  mamba::Weights weights(config, threads);
  weights.randomize(seed, Dtype::f32);
  mamba::Hash hash;
  for (const mamba::Weights::Tensor& tensor : weights.tensors()) {
    hash.add(tensor.data, tensor.bytes());
  }
  return hash.value();
}

TEST("randomize() gives the same numbers with any threads, on any machine") {
  mamba::ModelConfig first = small_config();
  first.d_inner = 3000;  // more than a thread takes at a time
  const uint64_t hash = hash_start(first, 1, 7);
  CHECK(hash_start(first, 3, 7) == hash);
  CHECK(hash_start(first, 1, 8) != hash);
  mamba::ModelConfig second = small_config();
  second.family = mamba::Family::mamba2;
  second.headdim = 16;
  second.ngroups = 1;
  second.dt_max = 1;
  // Written down once: every compiler and processor must reach them.
  CHECK(hash_start(small_config(), 1, 7) == 0xf829bc22eeed35f9u);
  CHECK(hash_start(second, 1, 7) == 0xc63d961a4a19ccecu);
}

std::vector<float> start(const char* name, mamba::Fill fill, double scale,
                         std::vector<uint64_t> shape) {
  mamba::TensorSpec spec;
  spec.name = name;
  spec.shape = std::move(shape);
  spec.fill = fill;
  spec.scale = scale;
  std::vector<float> values(std::size_t(spec.count()));
  mamba::fill_tensor(spec, 1, 0, spec.count(), values.data());
  return values;
}

TEST("fill_tensor() draws normal numbers with the wanted moments") {
  const auto values = start("n", mamba::Fill::normal, 0.02, {100001});
  double mean = 0, square = 0, fourth = 0;
  for (const float value : values) {
    const double x = value / 0.02;
    mean += x / double(values.size());
    square += x * x / double(values.size());
    fourth += x * x * x * x / double(values.size());
  }
  CHECK(std::fabs(mean) < 0.02);
  CHECK(std::fabs(square - 1) < 0.02);
  CHECK(std::fabs(fourth - 3) < 0.15);
}

TEST("fill_tensor() follows the papers' ranges") {
  for (const float x : start("u", mamba::Fill::uniform, 0.25, {1000})) {
    CHECK(x >= -0.25f && x < 0.25f);
  }
  const auto range = start("a", mamba::Fill::a_log_range, 0, {3, 16});
  for (std::size_t i = 0; i < range.size(); ++i) {
    CHECK(range[i] == float(std::log(double(i % 16 + 1))));
  }
  for (const float x : start("h", mamba::Fill::a_log_random, 0, {500})) {
    CHECK(x >= 0 && x <= float(std::log(16.0)));
  }
  double low = 1, high = 0;
  for (const float x : start("b", mamba::Fill::dt_bias, 0, {1000})) {
    const double dt = std::log1p(std::exp(double(x)));
    CHECK(dt > 0.00099 && dt < 0.1001);
    low = std::min(low, dt);
    high = std::max(high, dt);
  }
  CHECK(low < 0.0012 && high > 0.08);
}

TEST("fill_tensor() gives any part as it gives the whole") {
  const auto whole = start("n", mamba::Fill::normal, 1, {101});
  mamba::TensorSpec spec;
  spec.name = "n";
  spec.shape = {101};
  spec.fill = mamba::Fill::normal;
  spec.scale = 1;
  std::vector<float> part(61);
  mamba::fill_tensor(spec, 1, 40, 101, part.data());
  CHECK(std::equal(part.begin(), part.end(), whole.begin() + 40));
}

std::string field(const std::string& json, const char* name) {
  const std::size_t at = json.find(std::string("\"") + name + "\":");
  return json.substr(at, json.find(',', at) - at);
}

TEST("describe() has one fingerprint for all formats, another for a seed") {
  const mamba_model_config config = test::mamba2_config();
  const auto print = [&](uint64_t seed, uint32_t keep) {
    return field(test::describe(test::make_model(config, device(), seed, keep)),
                 "fingerprint");
  };
  CHECK(print(1, MAMBA_F16) == print(1, MAMBA_F32));
  CHECK(print(1, MAMBA_BF16) == print(1, MAMBA_F32));
  CHECK(print(2, MAMBA_F32) != print(1, MAMBA_F32));
}

TEST("describe() counts parameters and bytes as kept") {
  const mamba_model_config config = test::mamba1_config();
  const std::string json =
      test::describe(test::make_model(config, device(), 1, MAMBA_F16));
  // Matrices: 40·32 + 2 (128·32 + 34·64 + 64·2 + 32·64); small tensors: 32 +
  // 2 (32 + 64·4 + 64 + 64 + 64·16 + 64).
  const int matrices = 40 * 32 + 2 * (128 * 32 + 34 * 64 + 64 * 2 + 32 * 64);
  const int small = 32 + 2 * (32 + 64 * 4 + 64 + 64 + 64 * 16 + 64);
  CHECK(field(json, "parameters") ==
        "\"parameters\":" + std::to_string(matrices + small));
  CHECK(field(json, "weightBytes") ==
        "\"weightBytes\":" + std::to_string(2 * matrices + 4 * small));
  CHECK(contains(json,
                 "{\"name\":\"backbone.layers.1.mixer.conv1d.weight\","
                 "\"dtype\":\"F32\",\"shape\":[64,1,4],\"bytes\":1024}"));
  CHECK(contains(json,
                 "{\"name\":\"backbone.layers.1.mixer.x_proj.weight\","
                 "\"dtype\":\"F16\",\"shape\":[34,64],\"bytes\":4352}"));
}

}  // namespace

int main() { return test::run_all(); }
