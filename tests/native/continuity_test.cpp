// A sequence's result does not depend on how it is cut into calls, nor on what
// else is in them.
#include <algorithm>
#include <numeric>

#include "harness.h"
#include "tiny_model.h"

namespace {

using test::Device;
using test::ModelHandle;
using test::StateHandle;
using Tokens = std::vector<uint32_t>;

constexpr double kTolerance = 2e-5;

Tokens slice(const Tokens& tokens, std::size_t begin, std::size_t end) {
  return Tokens(tokens.begin() + begin, tokens.begin() + end);
}

void append(std::vector<float>& to, const std::vector<float>& from) {
  to.insert(to.end(), from.begin(), from.end());
}

// prefill(n) == prefill(k) + prefill(n - k) == n decodes
void check_cuts(const mamba_model_config& config, const Device& device,
                std::size_t n) {
  const ModelHandle model = test::make_model(config, device);
  const Tokens tokens = test::some_tokens(n);
  const StateHandle whole = test::make_state(model);
  const auto wanted = test::feed(model, whole, tokens, uint32_t(n));
  const auto wanted_state = test::read_state(config, whole);
  for (const std::size_t k : {std::size_t{1}, n / 3, n / 2, n - 1}) {
    if (k == 0 || k >= n) continue;
    const StateHandle state = test::make_state(model);
    auto got = test::feed(model, state, slice(tokens, 0, k), uint32_t(k));
    append(got, test::feed(model, state, slice(tokens, k, n), uint32_t(n - k)));
    CHECK_CLOSE(got, wanted, kTolerance);
    CHECK_CLOSE(test::read_state(config, state), wanted_state, kTolerance);
    CHECK(mamba_state_position(state.get()) == n);
  }
  const StateHandle state = test::make_state(model);
  std::vector<float> got;
  for (const uint32_t token : tokens) {
    append(got, test::feed(model, state, {token}, 1));
  }
  CHECK_CLOSE(got, wanted, kTolerance);
  CHECK_CLOSE(test::read_state(config, state), wanted_state, kTolerance);
}

// One call for several sequences, all logits wanted, sequence after sequence.
std::vector<float> feed_batch(const ModelHandle& model,
                              const std::vector<StateHandle>& states,
                              const std::vector<Tokens>& sequences,
                              uint32_t vocab_size) {
  std::vector<mamba_state*> handles;
  std::vector<uint32_t> counts;
  Tokens tokens;
  for (std::size_t i = 0; i < states.size(); ++i) {
    handles.push_back(states[i].get());
    counts.push_back(uint32_t(sequences[i].size()));
    tokens.insert(tokens.end(), sequences[i].begin(), sequences[i].end());
  }
  std::vector<float> logits(tokens.size() * vocab_size);
  const test::Failure failure = test::call(
      mamba_model_forward, model.get(), uint32_t(handles.size()),
      static_cast<mamba_state* const*>(handles.data()), counts.data(),
      tokens.data(), counts.data(), logits.data(), uint64_t{logits.size()});
  CHECK(failure.status == MAMBA_OK);
  return logits;
}

void check_mixed_lengths(const mamba_model_config& config,
                         const Device& device) {
  const ModelHandle model = test::make_model(config, device);
  std::vector<Tokens> sequences;
  std::vector<StateHandle> states;
  std::vector<float> wanted, wanted_states, got_states;
  for (const std::size_t n : {5, 1, 70, 2, 17}) {
    sequences.push_back(test::some_tokens(n, n));
    states.push_back(test::make_state(model));
    // Not all from the beginning.
    if (n % 2 == 1) test::feed(model, states.back(), {3, 1, 4}, 0);
    const StateHandle alone = test::clone(states.back());
    append(wanted, test::feed(model, alone, sequences.back(), uint32_t(n)));
    append(wanted_states, test::read_state(config, alone));
  }
  const auto got = feed_batch(model, states, sequences, config.vocab_size);
  for (const StateHandle& state : states) {
    append(got_states, test::read_state(config, state));
  }
  CHECK_CLOSE(got, wanted, kTolerance);
  CHECK_CLOSE(got_states, wanted_states, kTolerance);
}

// To the bit.
void check_decode_batch(const mamba_model_config& config, const Device& device,
                        std::size_t size, uint32_t keep = MAMBA_F32) {
  const ModelHandle model = test::make_model(config, device, 1, keep);
  std::vector<StateHandle> alone, together;
  for (std::size_t i = 0; i < size; ++i) {
    alone.push_back(test::make_state(model));
    test::feed(model, alone.back(), test::some_tokens(1 + i % 3, i), 0);
    together.push_back(test::clone(alone.back()));
  }
  for (uint64_t step = 0; step < 2; ++step) {
    std::vector<Tokens> sequences;
    std::vector<float> wanted;
    for (std::size_t i = 0; i < size; ++i) {
      sequences.push_back(test::some_tokens(1, step * size + i));
      append(wanted, test::feed(model, alone[i], sequences.back(), 1));
    }
    CHECK(feed_batch(model, together, sequences, config.vocab_size) == wanted);
  }
  for (std::size_t i = 0; i < size; ++i) {
    CHECK(test::read_state(config, together[i]) ==
          test::read_state(config, alone[i]));
  }
}

// To the bit: the work is cut between threads, not summed across them.
void check_threads(const mamba_model_config& config, const Device& device) {
  Device other = device;
  other.threads = device.threads + 1;
  const ModelHandle model = test::make_model(config, device);
  const ModelHandle more = test::make_model(config, other);
  const StateHandle state = test::make_state(model);
  const StateHandle same = test::make_state(more);
  for (const uint32_t token : test::some_tokens(6)) {
    CHECK(test::feed(model, state, {token}, 1) ==
          test::feed(more, same, {token}, 1));
  }
  CHECK(test::read_state(config, state) == test::read_state(config, same));
}

// n_logits picks rows, it does not change them.
void check_last_logits(const mamba_model_config& config, const Device& device) {
  const ModelHandle model = test::make_model(config, device);
  const Tokens tokens = test::some_tokens(9);
  const StateHandle state = test::make_state(model);
  const StateHandle other = test::clone(state);
  const auto all = test::feed(model, state, tokens, 9);
  const auto last = test::feed(model, other, tokens, 2);
  const std::vector<float> wanted(all.end() - 2 * config.vocab_size, all.end());
  CHECK_CLOSE(last, wanted, kTolerance);
}

// The mixer alone, in two parts, against the mixer at once.
void check_mixer(const mamba_model_config& config, const Device& device) {
  const ModelHandle model = test::make_model(config, device);
  constexpr uint32_t kRows = 600;  // more than a block of the forward pass
  const std::size_t width = config.d_model;
  std::vector<float> x(kRows * width);
  for (std::size_t i = 0; i < x.size(); ++i) x[i] = float(i % 17) / 17 - 0.5f;
  std::vector<float> whole(x.size()), parts(x.size());
  const StateHandle state = test::make_state(model);
  const StateHandle other = test::make_state(model);
  const auto run = [&](const StateHandle& at, std::size_t first, uint32_t count,
                       std::vector<float>& out) {
    const test::Failure failure =
        test::call(mamba_model_mixer_forward, model.get(), 1u, at.get(),
                   static_cast<const float*>(x.data() + first * width), count,
                   out.data() + first * width);
    CHECK(failure.status == MAMBA_OK);
  };
  run(state, 0, kRows, whole);
  run(other, 0, 250, parts);
  run(other, 250, 1, parts);
  run(other, 251, kRows - 251, parts);
  CHECK_CLOSE(parts, whole, kTolerance);
  CHECK_CLOSE(test::read_state(config, other), test::read_state(config, state),
              kTolerance);
  CHECK(mamba_state_position(state.get()) == 0);
}

void add_tests() {
  for (const Device& device : test::all_devices()) {
    for (const mamba_model_config& config : test::all_configs()) {
      const std::string on = test::text(" on %s, d_model %u",
                                        device.title.c_str(), config.d_model) +
                             (config.family == 2 ? ", Mamba 2" : ", Mamba");
      test::add("forward() gives the same however 23 tokens are cut" + on,
                [=] { check_cuts(config, device, 23); });
      test::add("forward() gives the same however 2 tokens are cut" + on,
                [=] { check_cuts(config, device, 2); });
      test::add("forward() gives mixed lengths what each gets alone" + on,
                [=] { check_mixed_lengths(config, device); });
      test::add("forward() decodes the same bits alone and in a batch" + on,
                [=] {
                  for (const std::size_t size : {2, 5, 16}) {
                    check_decode_batch(config, device, size);
                  }
                });
      test::add(
          "forward() decodes the same bits of 8 and 4 bits alone and in "
          "a batch" +
              on,
          [=] {
            for (const uint32_t keep : {MAMBA_Q8, MAMBA_Q4}) {
              check_decode_batch(config, device, 3, keep);
              check_decode_batch(config, device, 11, keep);
            }
          });
      test::add("forward() decodes the same bits with one more thread" + on,
                [=] { check_threads(config, device); });
      test::add("forward() gives the logits of the last tokens" + on,
                [=] { check_last_logits(config, device); });
      test::add("mixer_forward() continues where it was" + on,
                [=] { check_mixer(config, device); });
    }
    // Longer than a block: cut inside.
    test::add(
        "forward() gives the same for 1200 tokens at once on " + device.title,
        [=] { check_cuts(test::mamba2_config(), device, 1200); });
    test::add("forward() decodes 600 sequences at once on " + device.title,
              [=] { check_decode_batch(test::mamba1_config(), device, 600); });
  }
}

}  // namespace

int main(int argc, char** argv) {
  add_tests();
  return test::run_all({argv + 1, argv + argc});
}
