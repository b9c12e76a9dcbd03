// States: values that can be copied, saved and loaded, and refuse bad bytes.
#include <cmath>
#include <cstring>

#include "core/hash.h"
#include "harness.h"
#include "tiny_model.h"

namespace {

using test::call;
using test::ModelHandle;
using test::StateHandle;
using Bytes = std::vector<unsigned char>;

// Where the fields of a saved state are.
constexpr std::size_t kFloats = 24, kChecksum = 40, kHeader = 48;

const test::Device& device() { return test::all_devices().front(); }

test::Failure load(const StateHandle& state, const Bytes& bytes) {
  return call(mamba_state_load, state.get(),
              static_cast<const void*>(bytes.data()), uint64_t{bytes.size()});
}

bool contains(const std::string& text, const char* part) {
  return text.find(part) != std::string::npos;
}

// Checks that the bytes are refused with such a text and change nothing.
void check_refused(const ModelHandle& model, const Bytes& bytes,
                   const char* part) {
  const StateHandle state = test::make_state(model);
  test::feed(model, state, {1, 2, 3}, 0);
  const Bytes before = test::save(model, state);
  const test::Failure failure = load(state, bytes);
  CHECK(failure.status != MAMBA_OK);
  CHECK(contains(failure.text, part));
  CHECK(test::save(model, state) == before);
}

// Gives changed bytes a matching checksum, as an attacker would.
void sign(Bytes& bytes) {
  mamba::Hash hash;
  hash.add(bytes.data(), kChecksum);
  hash.add(bytes.data() + kHeader, bytes.size() - kHeader);
  const uint64_t value = hash.value();
  std::memcpy(bytes.data() + kChecksum, &value, 8);
}

TEST("save() and load() give the same future") {
  for (const mamba_model_config& config : test::all_configs()) {
    const ModelHandle model = test::make_model(config, device());
    const StateHandle state = test::make_state(model);
    test::feed(model, state, test::some_tokens(11), 0);
    const Bytes bytes = test::save(model, state);
    const StateHandle again = test::make_state(model);
    CHECK(load(again, bytes).status == MAMBA_OK);
    CHECK(mamba_state_position(again.get()) == 11);
    CHECK(test::read_state(config, again) == test::read_state(config, state));
    CHECK(test::feed(model, again, {5, 6}, 2) ==
          test::feed(model, state, {5, 6}, 2));
    CHECK(test::save(model, again) == test::save(model, state));
  }
}

TEST("load() takes a state saved with another device and number format") {
  const mamba_model_config config = test::mamba2_config();
  const ModelHandle first = test::make_model(config, device());
  const StateHandle state = test::make_state(first);
  test::feed(first, state, {1, 2, 3}, 0);
  const Bytes bytes = test::save(first, state);
  const ModelHandle second =
      test::make_model(config, test::all_devices().back(), 1, MAMBA_BF16);
  const StateHandle again = test::make_state(second);
  CHECK(load(again, bytes).status == MAMBA_OK);
  CHECK(test::save(second, again) == bytes);
}

TEST("load() refuses what is not a saved state") {
  const ModelHandle model = test::make_model(test::mamba1_config(), device());
  check_refused(model, Bytes(10, 0), "not a saved state");
  check_refused(model, Bytes(100000, 7), "not a saved state");
  Bytes bytes = test::save(model, test::make_state(model));
  bytes[8] = 9;
  check_refused(model, bytes, "version 9");
}

TEST("load() refuses another model's state") {
  const ModelHandle model = test::make_model(test::mamba1_config(), device());
  const ModelHandle seed = test::make_model(test::mamba2_config(), device(), 2);
  const ModelHandle other = test::make_model(test::mamba2_config(), device());
  check_refused(model, test::save(other, test::make_state(other)),
                "another model");
  check_refused(other, test::save(seed, test::make_state(seed)),
                "another model");
}

TEST("load() refuses a state of the wrong length") {
  const ModelHandle model = test::make_model(test::mamba1_config(), device());
  Bytes bytes = test::save(model, test::make_state(model));
  bytes.push_back(0);
  check_refused(model, bytes, "size");
  bytes.resize(bytes.size() - 5);
  check_refused(model, bytes, "size");
  bytes.resize(kHeader);
  check_refused(model, bytes, "size");
  bytes = test::save(model, test::make_state(model));
  bytes[kFloats + 7] = 0xff;  // a count beyond all memory
  check_refused(model, bytes, "size");
}

TEST("load() refuses a state with one wrong bit anywhere") {
  const ModelHandle model = test::make_model(test::mamba1_config(), device());
  const StateHandle state = test::make_state(model);
  test::feed(model, state, {1, 2, 3}, 0);
  const Bytes sound = test::save(model, state);
  for (std::size_t at = 32; at < sound.size(); at += 97) {
    Bytes bytes = sound;
    bytes[at] ^= 4;
    check_refused(model, bytes, "damaged");
  }
}

TEST("load() refuses numbers that are not finite, whatever the checksum") {
  const ModelHandle model = test::make_model(test::mamba1_config(), device());
  for (const float bad : {NAN, INFINITY, -INFINITY}) {
    Bytes bytes = test::save(model, test::make_state(model));
    std::memcpy(bytes.data() + bytes.size() - 4, &bad, 4);
    sign(bytes);
    check_refused(model, bytes, "not finite");
  }
}

TEST("load() accepts what save() wrote at any address") {
  const ModelHandle model = test::make_model(test::odd_config(), device());
  const StateHandle state = test::make_state(model);
  test::feed(model, state, {1, 2, 3}, 0);
  const uint64_t size = mamba_state_saved_size(model.get());
  Bytes room(size + 1);
  CHECK(call(mamba_state_save, state.get(), static_cast<void*>(room.data() + 1),
             size)
            .status == MAMBA_OK);
  const StateHandle again = test::make_state(model);
  CHECK(call(mamba_state_load, again.get(),
             static_cast<const void*>(room.data() + 1), size)
            .status == MAMBA_OK);
  CHECK(test::save(model, again) == test::save(model, state));
}

TEST("save() refuses the wrong room") {
  const ModelHandle model = test::make_model(test::mamba1_config(), device());
  const StateHandle state = test::make_state(model);
  Bytes room(mamba_state_saved_size(model.get()) + 8);
  for (const uint64_t size :
       {uint64_t{0}, uint64_t{20}, uint64_t(room.size())}) {
    CHECK(call(mamba_state_save, state.get(), static_cast<void*>(room.data()),
               size)
              .status == MAMBA_INVALID_ARGUMENT);
  }
}

TEST("clone() is independent, reset() is the beginning") {
  const mamba_model_config config = test::mamba2_config();
  const ModelHandle model = test::make_model(config, device());
  const StateHandle state = test::make_state(model);
  const auto first = test::feed(model, state, {4, 5}, 2);
  const StateHandle copy = test::clone(state);
  const auto before = test::read_state(config, copy);
  test::feed(model, state, {6}, 0);
  CHECK(test::read_state(config, copy) == before);
  CHECK(mamba_state_position(copy.get()) == 2);
  CHECK(call(mamba_state_reset, state.get()).status == MAMBA_OK);
  CHECK(mamba_state_position(state.get()) == 0);
  for (const float x : test::read_state(config, state)) CHECK(x == 0);
  CHECK(test::feed(model, state, {4, 5}, 2) == first);
}

TEST("read_layer() gives raw convolution inputs, newest last") {
  // One token moves the last column in, the next token moves it left.
  const mamba_model_config config = test::mamba1_config();
  const ModelHandle model = test::make_model(config, device());
  const StateHandle state = test::make_state(model);
  const auto conv = [&] {
    auto all = test::read_state(config, state);
    all.resize(std::size_t{config.d_inner} * config.d_conv);
    return all;
  };
  test::feed(model, state, {7}, 0);
  const auto one = conv();
  test::feed(model, state, {8}, 0);
  const auto two = conv();
  for (std::size_t ch = 0; ch < config.d_inner; ++ch) {
    const float* before = &one[ch * config.d_conv];
    const float* after = &two[ch * config.d_conv];
    CHECK(before[0] == 0 && before[1] == 0 && before[2] == 0);
    CHECK(before[3] != 0 && after[2] == before[3] && after[1] == 0);
  }
}

TEST("read_layer() refuses a layer or a room that is not the model's") {
  const ModelHandle model = test::make_model(test::mamba1_config(), device());
  const StateHandle state = test::make_state(model);
  std::vector<float> conv(64 * 4), ssm(64 * 16);
  const auto read = [&](uint32_t layer, uint64_t n_conv, uint64_t n_ssm) {
    return call(mamba_state_read_layer, state.get(), layer, conv.data(), n_conv,
                ssm.data(), n_ssm)
        .status;
  };
  CHECK(read(0, 256, 1024) == MAMBA_OK);
  CHECK(read(2, 256, 1024) == MAMBA_INVALID_ARGUMENT);
  CHECK(read(0, 255, 1024) == MAMBA_INVALID_ARGUMENT);
  CHECK(read(0, 256, 1025) == MAMBA_INVALID_ARGUMENT);
}

}  // namespace

int main() { return test::run_all(); }
