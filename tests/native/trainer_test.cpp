// Training through the C ABI: the tape against finite differences of the
// loss, the optimizer against its formulas, the bits against thread counts.
#include <cmath>
#include <limits>

#include "harness.h"
#include "tiny_trainer.h"

namespace {

using test::accumulate;
using test::call;
using test::Device;
using test::evaluate;
using test::Failure;
using test::make_trainer;
using test::must;
using test::read;
using test::read_all;
using test::some_adamw;
using test::step;
using test::Tensor;
using test::tensors_of;
using test::Text;
using test::TrainerHandle;
using test::write;

mamba_model_config two_groups() {
  mamba_model_config config = test::mamba2_config();
  config.ngroups = 2;
  return config;
}

std::vector<mamba_model_config> configs() {
  std::vector<mamba_model_config> list = test::all_configs();
  list.push_back(two_groups());
  return list;
}

std::string title(const mamba_model_config& config) {
  return test::text("Mamba %u of width %u, %u groups", config.family,
                    config.d_model, config.ngroups);
}

// How the loss changes when a tensor moves along a direction of length 1: the
// central differences of two steps, extrapolated (Richardson). The loss is a
// double over f32 arithmetic, so that about 1e-3 of it is noise.
double measure_slope(const TrainerHandle& trainer, const Tensor& tensor,
                     const std::vector<double>& direction) {
  const std::vector<float> weights = read(trainer, MAMBA_TRAIN_WEIGHTS, tensor);
  const auto loss_at = [&](double by) {
    std::vector<float> moved = weights;
    for (uint64_t i = 0; i < tensor.count; ++i) {
      moved[i] = static_cast<float>(double(weights[i]) + by * direction[i]);
    }
    write(trainer, MAMBA_TRAIN_WEIGHTS, tensor, moved);
    return evaluate(trainer, Text());
  };
  const auto slope = [&](double by) {
    return (loss_at(by) - loss_at(-by)) / (2 * by);
  };
  constexpr double kStep = 1e-2;
  const double extrapolated = (4 * slope(kStep / 2) - slope(kStep)) / 3;
  write(trainer, MAMBA_TRAIN_WEIGHTS, tensor, weights);
  return extrapolated;
}

// The gradient's own direction, and a pattern of signs.
std::vector<double> make_direction(const std::vector<float>& gradient,
                                   bool own) {
  std::vector<double> direction(gradient.begin(), gradient.end());
  double squares = 0;
  for (uint64_t i = 0; i < direction.size(); ++i) {
    if (!own) direction[i] = (i * 2654435761u >> 7 & 1) - 0.5;
    squares += direction[i] * direction[i];
  }
  for (double& part : direction) part /= std::sqrt(squares);
  return direction;
}

void check_finite_differences(const mamba_model_config& config) {
  const TrainerHandle trainer =
      make_trainer(config, test::all_devices().front());
  const double loss = accumulate(trainer, Text());
  CHECK(std::fabs(loss - evaluate(trainer, Text())) <= 1e-6 * loss);
  for (const Tensor& tensor : tensors_of(config)) {
    const std::vector<float> gradient =
        read(trainer, MAMBA_TRAIN_GRADIENTS, tensor);
    for (const bool own : {true, false}) {
      const std::vector<double> direction = make_direction(gradient, own);
      double expected = 0;
      for (uint64_t i = 0; i < tensor.count; ++i) {
        expected += direction[i] * double(gradient[i]);
      }
      const double measured = measure_slope(trainer, tensor, direction);
      const double allowed = 1e-3 * std::fabs(expected) + 3e-3;
      if (!(std::fabs(measured - expected) <= allowed)) {
        test::report(__FILE__, __LINE__,
                     test::text("%s: gradient %g, loss changes by %g",
                                tensor.name.c_str(), expected, measured));
      }
    }
  }
}

void check_against_reference(const mamba_model_config& config,
                             const Device& device) {
  const Text text;
  const Device& reference = test::all_devices().front();
  const TrainerHandle wanted = make_trainer(config, reference);
  const TrainerHandle got = make_trainer(config, device);
  const double loss = accumulate(wanted, text);
  CHECK(std::fabs(accumulate(got, text) - loss) <= 1e-5 * loss);
  CHECK(std::fabs(evaluate(got, text) - loss) <= 1e-5 * loss);
  for (const Tensor& tensor : tensors_of(config)) {
    const double difference =
        test::relative_difference(read(got, MAMBA_TRAIN_GRADIENTS, tensor),
                                  read(wanted, MAMBA_TRAIN_GRADIENTS, tensor));
    if (!(difference <= 1e-4)) {
      test::report(
          __FILE__, __LINE__,
          test::text("%s differs by %g", tensor.name.c_str(), difference));
    }
  }
}

std::vector<float> train(const mamba_model_config& config,
                         const Device& device) {
  const TrainerHandle trainer = make_trainer(config, device);
  for (int i = 0; i < 3; ++i) {
    accumulate(trainer, Text(), 0.05f);
    accumulate(trainer, Text(), 0.05f);
    step(trainer, some_adamw());
  }
  return read_all(config, trainer, MAMBA_TRAIN_WEIGHTS);
}

void add_tests() {
  for (const mamba_model_config& config : configs()) {
    test::add("accumulate() follows finite differences on " + title(config),
              [config] { check_finite_differences(config); });
    for (const Device& device : test::fast_devices()) {
      test::add("accumulate() on " + device.title +
                    " agrees with the reference on " + title(config),
                [config, device] { check_against_reference(config, device); });
      if (device.threads == 1) continue;
      Device alone = device;
      alone.threads = 1;
      test::add("training gives the same bits with 1 thread and on " +
                    device.title + " for " + title(config),
                [config, device, alone] {
                  CHECK(train(config, device) == train(config, alone));
                });
    }
  }
}

TEST("accumulate() adds up over calls and scales") {
  const mamba_model_config config = test::mamba1_config();
  const Device& device = test::all_devices().front();
  const TrainerHandle once = make_trainer(config, device);
  const TrainerHandle twice = make_trainer(config, device);
  accumulate(once, Text(), 1);
  accumulate(twice, Text(), 0.25f);
  accumulate(twice, Text(), 0.75f);
  CHECK_CLOSE(read_all(config, twice, MAMBA_TRAIN_GRADIENTS),
              read_all(config, once, MAMBA_TRAIN_GRADIENTS), 1e-5);
}

TEST("a document's gradient does not depend on its neighbours") {
  const mamba_model_config config = test::mamba2_config();
  const Device& device = test::all_devices().front();
  const TrainerHandle together = make_trainer(config, device);
  const TrainerHandle apart = make_trainer(config, device);
  const Text text;
  double sum = 0;
  std::size_t at = 0;
  for (const uint32_t count : text.counts) {
    Text one;
    one.counts = {count};
    one.tokens.assign(text.tokens.begin() + static_cast<long>(at),
                      text.tokens.begin() + static_cast<long>(at + count));
    one.targets.assign(text.targets.begin() + static_cast<long>(at),
                       text.targets.begin() + static_cast<long>(at + count));
    sum += accumulate(apart, one);
    at += count;
  }
  CHECK(std::fabs(accumulate(together, text) - sum) <= 1e-6 * sum);
  CHECK_CLOSE(read_all(config, together, MAMBA_TRAIN_GRADIENTS),
              read_all(config, apart, MAMBA_TRAIN_GRADIENTS), 1e-5);
}

TEST("step() is AdamW, with decay for matrices and convolutions alone") {
  const mamba_model_config config = test::odd_config();
  const TrainerHandle trainer =
      make_trainer(config, test::all_devices().front());
  const mamba_adamw o = some_adamw();
  for (int n = 1; n <= 2; ++n) {
    accumulate(trainer, Text());
    std::vector<std::vector<float>> w, g, m, v;
    double squares = 0;
    for (const Tensor& tensor : tensors_of(config)) {
      w.push_back(read(trainer, MAMBA_TRAIN_WEIGHTS, tensor));
      g.push_back(read(trainer, MAMBA_TRAIN_GRADIENTS, tensor));
      m.push_back(read(trainer, MAMBA_TRAIN_FIRST_MOMENTS, tensor));
      v.push_back(read(trainer, MAMBA_TRAIN_SECOND_MOMENTS, tensor));
      for (const float x : g.back()) squares += double(x) * double(x);
    }
    const double norm = step(trainer, o);
    CHECK(std::fabs(norm - std::sqrt(squares)) <= 1e-6 * norm);
    CHECK(norm > 1);  // so that clipping is seen
    std::size_t t = 0;
    for (const Tensor& tensor : tensors_of(config)) {
      const bool is_matrix =
          tensor.name.find("proj.weight") != std::string::npos ||
          tensor.name.find("embedding") != std::string::npos ||
          tensor.name.find("lm_head") != std::string::npos ||
          tensor.name.find("conv1d.weight") != std::string::npos;
      std::vector<double> wanted(tensor.count);
      for (uint64_t i = 0; i < tensor.count; ++i) {
        const double gradient = double(g[t][i]) / norm;
        const double m1 = 0.9 * double(m[t][i]) + 0.1 * gradient;
        const double v1 = 0.95 * double(v[t][i]) + 0.05 * gradient * gradient;
        const double update = m1 / (1 - std::pow(0.9, n)) /
                              (std::sqrt(v1 / (1 - std::pow(0.95, n))) + 1e-8);
        const double decay = is_matrix ? 0.1 * double(w[t][i]) : 0;
        wanted[i] = double(w[t][i]) - 0.01 * (update + decay);
      }
      CHECK_CLOSE(read(trainer, MAMBA_TRAIN_WEIGHTS, tensor), wanted, 2e-5);
      for (const float x : read(trainer, MAMBA_TRAIN_GRADIENTS, tensor)) {
        CHECK(x == 0);
      }
      ++t;
    }
  }
  CHECK(mamba_trainer_steps(trainer.get()) == 2);
}

TEST("step() changes nothing but the gradients when one is not finite") {
  const mamba_model_config config = test::mamba1_config();
  const TrainerHandle trainer =
      make_trainer(config, test::all_devices().front());
  accumulate(trainer, Text());
  const std::vector<float> before =
      read_all(config, trainer, MAMBA_TRAIN_WEIGHTS);
  accumulate(trainer, Text(), std::numeric_limits<float>::infinity());
  const mamba_adamw options = some_adamw();
  double norm = 0;
  const Failure failure =
      call(mamba_trainer_step, trainer.get(), &options, &norm);
  CHECK(failure.status == MAMBA_NUMERIC);
  CHECK(mamba_trainer_steps(trainer.get()) == 0);
  CHECK(read_all(config, trainer, MAMBA_TRAIN_WEIGHTS) == before);
  for (const float x : read_all(config, trainer, MAMBA_TRAIN_GRADIENTS)) {
    CHECK(x == 0);
  }
}

TEST("freeze() keeps a tensor as it is and leaves the others' gradients") {
  const mamba_model_config config = test::mamba1_config();
  const Device& device = test::all_devices().front();
  const TrainerHandle free = make_trainer(config, device);
  const TrainerHandle frozen = make_trainer(config, device);
  for (const Tensor& tensor : tensors_of(config)) {
    if (tensor.name.find("out_proj") != std::string::npos) continue;
    must(call(mamba_trainer_freeze, frozen.get(), tensor.name.c_str()));
  }
  accumulate(free, Text());
  accumulate(frozen, Text());
  for (const Tensor& tensor : tensors_of(config)) {
    const bool trained = tensor.name.find("out_proj") != std::string::npos;
    const std::vector<float> wanted =
        trained ? read(free, MAMBA_TRAIN_GRADIENTS, tensor)
                : std::vector<float>(tensor.count, 0.0f);
    CHECK(read(frozen, MAMBA_TRAIN_GRADIENTS, tensor) == wanted);
  }
  const std::string name = tensors_of(config)[0].name;
  CHECK(call(mamba_trainer_freeze, frozen.get(), name.c_str()).status ==
        MAMBA_INVALID_ARGUMENT);
}

TEST("the trainer refuses what is out of range and says what it wants") {
  const mamba_model_config config = test::mamba1_config();
  const TrainerHandle trainer =
      make_trainer(config, test::all_devices().front());
  Text text;
  double loss = 0;
  const auto refused = [&](const Text& bad) {
    const Failure failure = call(mamba_trainer_accumulate, trainer.get(),
                                 bad.n(), bad.counts.data(), bad.tokens.data(),
                                 bad.targets.data(), 1.0f, &loss);
    return failure.status == MAMBA_INVALID_ARGUMENT &&
           failure.text.rfind("Cannot train: ", 0) == 0;
  };
  text.tokens[2] = config.vocab_size;
  CHECK(refused(text));
  text = Text();
  text.targets[2] = config.vocab_size;
  CHECK(refused(text));
  text = Text();
  text.counts[1] = 0;
  CHECK(refused(text));
  mamba_adamw options = some_adamw();
  options.beta2 = 1;
  double norm = 0;
  CHECK(call(mamba_trainer_step, trainer.get(), &options, &norm).status ==
        MAMBA_INVALID_ARGUMENT);
  CHECK(call(mamba_trainer_accumulate, static_cast<mamba_trainer*>(nullptr),
             text.n(), text.counts.data(), text.tokens.data(),
             text.targets.data(), 1.0f, &loss)
            .status == MAMBA_INVALID_ARGUMENT);
}

}  // namespace

int main() {
  add_tests();
  return test::run_all();
}
