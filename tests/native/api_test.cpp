// The C ABI refuses misuse with a status and a text, and changes nothing.
#include <cmath>
#include <cstring>
#include <thread>

#include "harness.h"
#include "tiny_model.h"

namespace {

using test::call;
using test::Failure;
using test::ModelHandle;
using test::StateHandle;

const test::Device& device() { return test::all_devices().front(); }

bool contains(const std::string& text, const char* part) {
  return text.find(part) != std::string::npos;
}

Failure create(const mamba_model_config& config, const char* name = "reference",
               uint32_t threads = 1) {
  mamba_model* model = nullptr;
  const Failure failure =
      call(mamba_model_create, &config, name, threads, &model);
  CHECK((model != nullptr) == (failure.status == MAMBA_OK));
  mamba_model_destroy(model);
  return failure;
}

void check_config(const char* part, void (*change)(mamba_model_config&),
                  mamba_model_config config = test::mamba1_config()) {
  change(config);
  const Failure failure = create(config);
  CHECK(failure.status == MAMBA_INVALID_ARGUMENT);
  if (!contains(failure.text, part)) test::report(__FILE__, 0, failure.text);
}

TEST("create() names the dimension that is wrong") {
  using Config = mamba_model_config;
  check_config("struct_size", [](Config& c) { c.struct_size = 8; });
  check_config("family", [](Config& c) { c.family = 3; });
  check_config("d_model", [](Config& c) { c.d_model = 0; });
  check_config("d_model", [](Config& c) { c.d_model = 1u << 31; });
  check_config("n_layer", [](Config& c) { c.n_layer = 0; });
  check_config("n_layer", [](Config& c) { c.n_layer = UINT32_MAX; });
  check_config("vocab_size", [](Config& c) { c.vocab_size = UINT32_MAX; });
  check_config("d_inner", [](Config& c) { c.d_inner = 0; });
  check_config("d_state", [](Config& c) { c.d_state = UINT32_MAX; });
  check_config("d_conv", [](Config& c) { c.d_conv = 0; });
  check_config("dt_rank", [](Config& c) { c.dt_rank = 0; });
  check_config("norm_eps", [](Config& c) { c.norm_eps = NAN; });
  const Config second = test::mamba2_config();
  check_config("headdim", [](Config& c) { c.headdim = 0; }, second);
  check_config(
      "multiple of headdim", [](Config& c) { c.headdim = 15; }, second);
  check_config("multiple of ngroups", [](Config& c) { c.ngroups = 3; }, second);
  check_config("dt_max", [](Config& c) { c.dt_max = 0; }, second);
  check_config("dt_min", [](Config& c) { c.dt_min = NAN; }, second);
}

TEST("create() names the devices that it knows, and why one is missing") {
  const mamba_model_config config = test::mamba1_config();
  CHECK(create(config).status == MAMBA_OK);
  CHECK(
      contains(create(config, "cuda").text, "wanted cpu, reference or metal"));
  CHECK(create(config, "metal").status == MAMBA_UNSUPPORTED);
  CHECK(contains(create(config, "reference", 100000).text, "threads"));
}

TEST("profile_start() and profile_read() want a device that has kernels") {
  uint64_t needed = 0;
  const Failure cpu = call(mamba_profile_start, "cpu");
  CHECK(cpu.status == MAMBA_UNSUPPORTED);
  CHECK(contains(cpu.text, "Cannot profile device cpu: it has no kernels"));
  CHECK(call(mamba_profile_read, "reference", (char*)nullptr, uint64_t{0},
             &needed)
            .status == MAMBA_UNSUPPORTED);
  const Failure metal = call(mamba_profile_start, "metal");
  CHECK(metal.status == MAMBA_UNSUPPORTED);
  CHECK(contains(metal.text, "Metal is only on Macs"));
  CHECK(call(mamba_profile_start, "cuda").status == MAMBA_INVALID_ARGUMENT);
  CHECK(call(mamba_profile_start, (const char*)nullptr).status ==
        MAMBA_INVALID_ARGUMENT);
}

TEST("every call refuses null instead of crashing") {
  mamba_model* model = nullptr;
  mamba_state* state = nullptr;
  const mamba_model_config config = test::mamba1_config();
  uint64_t needed = 0;
  CHECK(call(mamba_model_create, (const mamba_model_config*)nullptr, "cpu", 0u,
             &model)
            .status == MAMBA_INVALID_ARGUMENT);
  CHECK(call(mamba_model_create, &config, (const char*)nullptr, 0u, &model)
            .status == MAMBA_INVALID_ARGUMENT);
  CHECK(call(mamba_model_create, &config, "cpu", 0u, (mamba_model**)nullptr)
            .status == MAMBA_INVALID_ARGUMENT);
  CHECK(call(mamba_model_finish, model).status == MAMBA_INVALID_ARGUMENT);
  CHECK(call(mamba_model_randomize, model, uint64_t{1}, 0u).status ==
        MAMBA_INVALID_ARGUMENT);
  CHECK(call(mamba_model_describe, model, (char*)nullptr, uint64_t{0}, &needed)
            .status == MAMBA_INVALID_ARGUMENT);
  CHECK(call(mamba_state_create, model, &state).status ==
        MAMBA_INVALID_ARGUMENT);
  CHECK(call(mamba_state_reset, state).status == MAMBA_INVALID_ARGUMENT);
  CHECK(call(mamba_file_open, (const char*)nullptr, (mamba_file**)nullptr)
            .status == MAMBA_INVALID_ARGUMENT);
  CHECK(call(mamba_selective_scan, (const mamba_scan*)nullptr, "cpu", 0u)
            .status == MAMBA_INVALID_ARGUMENT);
  CHECK(call(mamba_sampler_create, (const mamba_sampling*)nullptr,
             (mamba_sampler**)nullptr)
            .status == MAMBA_INVALID_ARGUMENT);
  CHECK(mamba_state_position(nullptr) == 0);
  CHECK(mamba_state_saved_size(nullptr) == 0);
  mamba_model_destroy(nullptr);
  mamba_state_destroy(nullptr);
  mamba_file_close(nullptr);
  mamba_sampler_destroy(nullptr);
}

TEST("error texts are cut to the caller's room") {
  char text[12] = "###########";
  const mamba_model_config config = test::mamba1_config();
  mamba_model* model = nullptr;
  CHECK(mamba_model_create(&config, "cuda", 1, &model, text, 8) ==
        MAMBA_INVALID_ARGUMENT);
  CHECK(std::strcmp(text, "Cannot ") == 0 && text[8] == '#');
  CHECK(mamba_model_create(&config, "cuda", 1, &model, nullptr, 0) ==
        MAMBA_INVALID_ARGUMENT);
  CHECK(mamba_model_create(&config, "cuda", 1, &model, text, 0) ==
        MAMBA_INVALID_ARGUMENT);
}

TEST("nothing runs before finish(), nothing is added after it") {
  const auto config = test::mamba1_config();
  const ModelHandle model = test::make_unfinished(config, device());
  mamba_state* state = nullptr;
  uint64_t needed = 0;
  CHECK(contains(call(mamba_state_create, model.get(), &state).text,
                 "not finished"));
  CHECK(contains(call(mamba_model_describe, model.get(), (char*)nullptr,
                      uint64_t{0}, &needed)
                     .text,
                 "not finished"));
  CHECK(mamba_state_saved_size(model.get()) == 0);
  const Failure missing = call(mamba_model_finish, model.get());
  CHECK(missing.status == MAMBA_INVALID_ARGUMENT);
  CHECK(contains(missing.text, "backbone.embedding.weight"));
  CHECK(contains(missing.text, "more are missing"));
  CHECK(call(mamba_model_randomize, model.get(), uint64_t{1}, 0u).status ==
        MAMBA_OK);
  CHECK(contains(call(mamba_model_randomize, model.get(), uint64_t{1}, 0u).text,
                 "added before"));
  CHECK(call(mamba_model_finish, model.get()).status == MAMBA_OK);
  CHECK(call(mamba_model_finish, model.get()).status == MAMBA_INVALID_ARGUMENT);
  CHECK(contains(call(mamba_model_randomize, model.get(), uint64_t{1}, 0u).text,
                 "finished"));
}

// A forward call whose arguments can be spoilt one at a time.
struct Call {
  const ModelHandle& model;
  std::vector<mamba_state*> states;
  std::vector<uint32_t> counts = {2, 1};
  std::vector<uint32_t> tokens = {1, 2, 3};
  std::vector<uint32_t> n_logits = {1, 1};
  uint64_t logits_count = 80;

  Failure run() const {
    std::vector<float> logits(200);
    return call(mamba_model_forward, model.get(), uint32_t(states.size()),
                static_cast<mamba_state* const*>(states.data()), counts.data(),
                tokens.data(), n_logits.data(), logits.data(), logits_count);
  }
};

TEST("forward() checks its arguments before any state changes") {
  const auto config = test::mamba1_config();
  const ModelHandle model = test::make_model(config, device());
  const ModelHandle other = test::make_model(config, device());
  const StateHandle a = test::make_state(model), b = test::make_state(model);
  const StateHandle foreign = test::make_state(other);
  const Call sound{model, {a.get(), b.get()}};
  const auto refuses = [&](const char* part, auto change) {
    Call bad = sound;
    change(bad);
    const Failure failure = bad.run();
    CHECK(failure.status == MAMBA_INVALID_ARGUMENT);
    if (!contains(failure.text, part)) test::report(__FILE__, 0, failure.text);
    CHECK(mamba_state_position(a.get()) == 0);
    for (const float x : test::read_state(config, a)) CHECK(x == 0);
  };
  refuses("n_sequences", [](Call& c) { c.states.clear(); });
  refuses("states[1] is null", [](Call& c) { c.states[1] = nullptr; });
  refuses("states[1] appears twice",
          [](Call& c) { c.states[1] = c.states[0]; });
  refuses("states[1] belongs to another model",
          [&](Call& c) { c.states[1] = foreign.get(); });
  refuses("counts[1] is 0", [](Call& c) { c.counts[1] = 0; });
  refuses("tokens[2] is 40", [](Call& c) { c.tokens[2] = 40; });
  refuses("n_logits[0] is 3", [](Call& c) { c.n_logits[0] = 3; });
  refuses("wanted 80", [](Call& c) { c.logits_count = 79; });
  CHECK(sound.run().status == MAMBA_OK);
  CHECK(mamba_state_position(a.get()) == 2);
}

TEST("forward() needs a vocabulary, mixer_forward() does not") {
  mamba_model_config config = test::mamba2_config();
  config.vocab_size = 0;
  const ModelHandle model = test::make_model(config, device());
  const StateHandle state = test::make_state(model);
  Call forward{model, {state.get()}};
  CHECK(contains(forward.run().text, "blocks only"));
  const std::vector<float> x(32, 0.5f);
  std::vector<float> out(32);
  const auto mix = [&](uint32_t layer, uint32_t n_tokens) {
    return call(mamba_model_mixer_forward, model.get(), layer, state.get(),
                x.data(), n_tokens, out.data())
        .status;
  };
  CHECK(mix(0, 1) == MAMBA_OK);
  CHECK(mix(2, 1) == MAMBA_INVALID_ARGUMENT);
  CHECK(mix(0, 0) == MAMBA_INVALID_ARGUMENT);
}

TEST("calls from several threads run one after the other") {
  const auto config = test::mamba1_config();
  const ModelHandle model =
      test::make_model(config, test::all_devices().back());
  const auto tokens = test::some_tokens(30);
  const auto wanted = test::feed(model, test::make_state(model), tokens, 30);
  std::vector<std::thread> threads;
  std::vector<std::vector<float>> got(4);
  for (auto& logits : got) {
    threads.emplace_back([&] {
      const StateHandle state = test::make_state(model);
      logits = test::feed(model, state, tokens, 30);
    });
  }
  for (std::thread& thread : threads) thread.join();
  for (const auto& logits : got) CHECK(logits == wanted);
}

TEST("selective_scan() follows the paper's formula on every device") {
  constexpr uint64_t L = 5, D = 6, N = 3;
  std::vector<float> u(L * D), delta(L * D), A(D * N), B(L * N), C(L * N);
  std::vector<float> skip(D, 0.5f), z(L * D), bias(D, -0.2f);
  const auto fill = [](std::vector<float>& v, float step) {
    for (std::size_t i = 0; i < v.size(); ++i) v[i] = std::sin(step * (i + 1));
  };
  fill(u, 0.7f), fill(delta, 0.3f), fill(B, 0.9f), fill(C, 1.1f), fill(z, 1.7f);
  for (std::size_t i = 0; i < A.size(); ++i) A[i] = -0.1f * (i + 1);
  std::vector<double> h(D * N, 0.25), y;
  for (uint64_t l = 0; l < L; ++l) {
    for (uint64_t d = 0; d < D; ++d) {
      const double dt =
          std::log1p(std::exp(double(delta[l * D + d]) + bias[d]));
      double sum = double(skip[d]) * u[l * D + d];
      for (uint64_t n = 0; n < N; ++n) {
        double& state = h[d * N + n];
        state = std::exp(dt * A[d * N + n]) * state +
                dt * B[l * N + n] * u[l * D + d];
        sum += C[l * N + n] * state;
      }
      y.push_back(sum * z[l * D + d] / (1 + std::exp(-double(z[l * D + d]))));
    }
  }
  for (const test::Device& where : test::all_devices()) {
    where.select();
    std::vector<float> state(D * N, 0.25f), out(L * D);
    mamba_scan scan = {};
    scan.struct_size = sizeof scan;
    scan.delta_softplus = 1;
    scan.length = L, scan.channels = D, scan.d_state = N;
    scan.u = u.data(), scan.delta = delta.data(), scan.A = A.data();
    scan.B = B.data(), scan.C = C.data(), scan.D = skip.data();
    scan.z = z.data(), scan.delta_bias = bias.data();
    scan.state = state.data(), scan.out = out.data();
    CHECK(call(mamba_selective_scan, static_cast<const mamba_scan*>(&scan),
               where.name.c_str(), where.threads)
              .status == MAMBA_OK);
    CHECK_CLOSE(out, y, 1e-5);
    CHECK_CLOSE(state, h, 1e-5);
    scan.length = uint64_t{1} << 62;
    CHECK(call(mamba_selective_scan, static_cast<const mamba_scan*>(&scan),
               where.name.c_str(), where.threads)
              .status == MAMBA_INVALID_ARGUMENT);
  }
}

TEST("devices_describe() lists every backend with a reason if it is missing") {
  uint64_t needed = 0;
  CHECK(call(mamba_devices_describe, (char*)nullptr, uint64_t{0}, &needed)
            .status == MAMBA_OK);
  std::string json(needed, '#');
  CHECK(call(mamba_devices_describe, &json[0], needed - 1, &needed).status ==
        MAMBA_OK);
  CHECK(json[0] == '#');
  CHECK(call(mamba_devices_describe, &json[0], needed, &needed).status ==
        MAMBA_OK);
  CHECK(contains(json, "{\"name\":\"cpu\""));
  CHECK(contains(json, "{\"name\":\"reference\",\"available\":true"));
  CHECK(
      contains(json, "{\"name\":\"metal\",\"available\":false,\"reason\":\""));
  CHECK(mamba_abi_version() == MAMBA_ABI_VERSION);
}

TEST("measure_bandwidth() refuses absurd arguments") {
  double rate = 0;
  CHECK(call(mamba_measure_bandwidth, uint64_t{0}, 1u, 0.1, &rate).status ==
        MAMBA_INVALID_ARGUMENT);
  CHECK(
      call(mamba_measure_bandwidth, uint64_t{1} << 20, 1u, NAN, &rate).status ==
      MAMBA_INVALID_ARGUMENT);
  CHECK(call(mamba_measure_bandwidth, uint64_t{1} << 20, 1u, 0.01, &rate)
            .status == MAMBA_OK);
  CHECK(rate > 0);
}

TEST("measure_peak() refuses absurd arguments") {
  double rate = 0;
  CHECK(call(mamba_measure_peak, 2u, 1u, 0.1, &rate).status ==
        MAMBA_INVALID_ARGUMENT);
  CHECK(call(mamba_measure_peak, 0u, 1u, NAN, &rate).status ==
        MAMBA_INVALID_ARGUMENT);
  for (const uint32_t kind : {MAMBA_PEAK_F32, MAMBA_PEAK_INT8}) {
    rate = 0;
    CHECK(call(mamba_measure_peak, kind, 1u, 0.01, &rate).status == MAMBA_OK);
    CHECK(rate > 0);
  }
}

TEST("the sampler's calls check their arguments") {
  mamba_sampling sampling = {};
  sampling.struct_size = sizeof sampling;
  sampling.vocab_size = 4;
  sampling.top_p = 1;
  sampling.repetition_penalty = 1;
  mamba_sampler* sampler = nullptr;
  CHECK(call(mamba_sampler_create,
             static_cast<const mamba_sampling*>(&sampling), &sampler)
            .status == MAMBA_OK);
  const float logits[] = {1, 4, 2, 3};
  uint32_t id = 9, top_ids[5];
  float logprob = 0, top_logprobs[5];
  const auto sample = [&](uint64_t n, uint32_t n_top) {
    return call(mamba_sampler_sample, sampler,
                static_cast<const float*>(logits), n, uint64_t{0}, n_top, &id,
                &logprob, static_cast<uint32_t*>(top_ids),
                static_cast<float*>(top_logprobs))
        .status;
  };
  CHECK(sample(3, 0) == MAMBA_INVALID_ARGUMENT);
  CHECK(sample(4, 5) == MAMBA_INVALID_ARGUMENT);
  CHECK(sample(4, 4) == MAMBA_OK && id == 1 && top_ids[3] == 0);
  mamba_sampler_destroy(sampler);
  sampling.top_p = 0;
  CHECK(contains(call(mamba_sampler_create,
                      static_cast<const mamba_sampling*>(&sampling), &sampler)
                     .text,
                 "top_p"));
}

}  // namespace

int main() { return test::run_all(); }
