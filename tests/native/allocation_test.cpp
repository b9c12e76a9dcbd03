// After the first calls, decoding asks for no memory.
#include <atomic>
#include <cstdlib>
#include <new>

#include "core/sampler.h"
#include "harness.h"
#include "tiny_model.h"

namespace {

std::atomic<int> allocations{0};

}  // namespace

void* operator new(std::size_t bytes) {
  ++allocations;
  if (void* memory = std::malloc(bytes == 0 ? 1 : bytes)) return memory;
  throw std::bad_alloc();
}
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }

namespace {

void check_decode(const mamba_model_config& config,
                  const test::Device& device) {
  const test::ModelHandle model = test::make_model(config, device);
  const test::StateHandle a = test::make_state(model);
  const test::StateHandle b = test::make_state(model);
  mamba_state* const states[] = {a.get(), b.get()};
  const uint32_t ones[] = {1, 1}, tokens[] = {3, 7};
  std::vector<float> logits(2 * config.vocab_size);
  int after_warm_up = 0;
  for (int step = 0; step < 12; ++step) {
    if (step == 4) after_warm_up = allocations;
    const mamba_status status =
        mamba_model_forward(model.get(), 2, states, ones, tokens, ones,
                            logits.data(), logits.size(), nullptr, 0);
    CHECK(status == MAMBA_OK);
  }
  CHECK(allocations == after_warm_up);
}

TEST("sample() allocates nothing after the first draw") {
  mamba::SamplingOptions options;
  options.vocab_size = 400;
  options.top_k = 50;
  options.top_p = 0.9f;
  options.repetition_penalty = 1.2f;
  options.repetition_window = 4;
  mamba::Sampler sampler(options);
  std::vector<float> logits(400);
  for (std::size_t i = 0; i < logits.size(); ++i) logits[i] = float(i % 37) / 9;
  mamba::Sampler::Choice top[5];
  int after_warm_up = 0;
  for (uint64_t i = 0; i < 40; ++i) {
    if (i == 10) after_warm_up = allocations;
    sampler.sample(logits.data(), 400, i, 5, top);
  }
  CHECK(allocations == after_warm_up);
}

}  // namespace

int main() {
  for (const test::Device& device : test::all_devices()) {
    for (const mamba_model_config& config : test::all_configs()) {
      test::add(test::text("forward() decodes without allocating on %s, "
                           "d_model %u, family %u",
                           device.title.c_str(), config.d_model, config.family),
                [=] { check_decode(config, device); });
    }
  }
  return test::run_all();
}
