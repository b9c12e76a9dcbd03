#include "tiny_trainer.h"

#include <cstdlib>
#include <stdexcept>

namespace test {

void must(const Failure& failure) {
  if (failure.status != MAMBA_OK) throw std::runtime_error(failure.text);
}

TrainerHandle make_trainer(const mamba_model_config& config,
                           const Device& device) {
  const ModelHandle model = make_model(config, device);
  mamba_trainer* trainer = nullptr;
  must(call(mamba_trainer_create, model.get(), device.name.c_str(),
            device.threads, &trainer));
  return TrainerHandle(trainer);
}

double accumulate(const TrainerHandle& trainer, const Text& text, float scale) {
  double loss = 0;
  must(call(mamba_trainer_accumulate, trainer.get(), text.n(),
            text.counts.data(), text.tokens.data(), text.targets.data(), scale,
            &loss));
  return loss;
}

double evaluate(const TrainerHandle& trainer, const Text& text) {
  double loss = 0;
  must(call(mamba_trainer_evaluate, trainer.get(), text.n(), text.counts.data(),
            text.tokens.data(), text.targets.data(), &loss));
  return loss;
}

mamba_adamw some_adamw() {
  mamba_adamw options{};
  options.struct_size = sizeof options;
  options.learning_rate = 1e-2f;
  options.beta1 = 0.9f;
  options.beta2 = 0.95f;
  options.eps = 1e-8f;
  options.weight_decay = 0.1f;
  options.max_norm = 1;
  return options;
}

double step(const TrainerHandle& trainer, const mamba_adamw& options) {
  double norm = 0;
  must(call(mamba_trainer_step, trainer.get(), &options, &norm));
  return norm;
}

std::vector<Tensor> tensors_of(const mamba_model_config& config) {
  std::vector<Tensor> list;
  const std::string json = describe(make_model(config, all_devices().front()));
  // {"name":"…","dtype":"F32","shape":[2,3]}
  for (std::size_t at = json.find("{\"name\":\""); at != std::string::npos;
       at = json.find("{\"name\":\"", at + 1)) {
    const std::size_t begin = at + 9, end = json.find('"', begin);
    uint64_t count = 1;
    const char* shape = json.c_str() + json.find('[', end) + 1;
    for (; *shape != ']'; shape += *shape == ',') {
      count *= std::strtoull(shape, const_cast<char**>(&shape), 10);
    }
    list.push_back({json.substr(begin, end - begin), count});
  }
  return list;
}

std::vector<float> read(const TrainerHandle& trainer, uint32_t kind,
                        const Tensor& tensor) {
  std::vector<float> out(tensor.count);
  must(call(mamba_trainer_read, trainer.get(), kind, tensor.name.c_str(),
            out.data(), tensor.count));
  return out;
}

void write(const TrainerHandle& trainer, uint32_t kind, const Tensor& tensor,
           const std::vector<float>& data) {
  must(call(mamba_trainer_write, trainer.get(), kind, tensor.name.c_str(),
            data.data(), tensor.count));
}

std::vector<float> read_all(const mamba_model_config& config,
                            const TrainerHandle& trainer, uint32_t kind) {
  std::vector<float> all;
  for (const Tensor& tensor : tensors_of(config)) {
    const std::vector<float> one = read(trainer, kind, tensor);
    all.insert(all.end(), one.begin(), one.end());
  }
  return all;
}

}  // namespace test
