// The op that draws tokens on every device, against the sampler.
#include <cmath>
#include <limits>

#include "core/buffer.h"
#include "core/sampler.h"
#include "device_list.h"
#include "harness.h"
#include "op_inputs.h"

namespace {

using mamba::DrawOptions;

constexpr float kInfinity = std::numeric_limits<float>::infinity();

// Logits of some rows, how each row's token is drawn, and what was drawn.
struct Rows {
  int64_t stride = 0;
  std::vector<float> logits;
  std::vector<mamba::RowDraw> draws;
  std::vector<uint32_t> ids;
  std::vector<float> logprobs;

  void add(const std::vector<float>& row, const DrawOptions& options,
           double place) {
    stride = static_cast<int64_t>(row.size());
    logits.insert(logits.end(), row.begin(), row.end());
    draws.push_back({options, place});
  }

  void sample(mamba::Ops& ops) {
    ids.assign(draws.size(), 12345u);
    logprobs.assign(draws.size(), 12345.0f);
    mamba::SampleArgs args;
    args.logits = logits.data();
    args.draws = draws.data();
    args.n_rows = static_cast<int64_t>(draws.size());
    args.vocab_size = stride;
    args.ids = ids.data();
    args.logprobs = logprobs.data();
    ops.sample(args);
    ops.finish();
  }
};

DrawOptions options_of(int64_t vocab_size, float temperature) {
  DrawOptions options;
  options.vocab_size = vocab_size;
  options.temperature = temperature;
  return options;
}

std::vector<DrawOptions> all_kinds(int64_t vocab_size) {
  std::vector<DrawOptions> list = {
      options_of(vocab_size, 0), options_of(vocab_size, 1),
      options_of(vocab_size, 0.8f), options_of(vocab_size, 1e-44f)};
  for (const int64_t top_k :
       {int64_t{1}, int64_t{2}, int64_t{40}, vocab_size, int64_t{1} << 40}) {
    list.push_back(options_of(vocab_size, 1.3f));
    list.back().top_k = top_k;
  }
  for (const float top_p : {1e-6f, 0.5f, 0.95f}) {
    list.push_back(options_of(vocab_size, 0.8f));
    list.back().top_p = top_p;
    list.push_back(list.back());
    list.back().top_k = 7;
    list.back().min_p = 0.05f;
  }
  list.push_back(options_of(vocab_size, 2));
  list.back().min_p = 0.3f;
  return list;
}

// A sampler that draws with the same number as a RowDraw.
mamba::Sampler::Choice sampled(const std::vector<float>& logits,
                               const DrawOptions& draw, uint64_t index) {
  mamba::SamplingOptions options;
  static_cast<DrawOptions&>(options) = draw;
  options.seed = 7;
  return mamba::Sampler(options).sample(
      logits.data(), static_cast<int64_t>(logits.size()), index, 0, nullptr);
}

void check_draws(mamba::Ops& ops, const std::vector<float>& logits,
                 int64_t vocab_size) {
  constexpr uint64_t kDraws = 12;
  Rows rows;
  for (const DrawOptions& options : all_kinds(vocab_size)) {
    for (uint64_t i = 0; i < kDraws; ++i) {
      rows.add(logits, options, mamba::uniform_draw(7, i));
    }
  }
  rows.sample(ops);
  for (std::size_t r = 0; r < rows.draws.size(); ++r) {
    const auto wanted =
        sampled(logits, rows.draws[r].options, uint64_t(r) % kDraws);
    CHECK(rows.ids[r] == wanted.id);
    CHECK(std::fabs(rows.logprobs[r] - wanted.logprob) <= 2e-6);
  }
}

using test::numbers;

void check_shapes(mamba::Ops& ops) {
  check_draws(ops, numbers(1, 1, 1), 1);
  check_draws(ops, numbers(40, 6, 2), 37);
  check_draws(ops, numbers(1500, 4, 3), 1111);
  check_draws(ops, numbers(5000, 9, 4), 5000);
}

// Many logits are equal: ranks go by id.
void check_ties(mamba::Ops& ops) {
  std::vector<float> logits = numbers(3000, 4, 5);
  for (float& logit : logits) logit = std::round(logit);
  logits[5] = 0.0f;
  logits[6] = -0.0f;
  logits[2000] = -kInfinity;
  check_draws(ops, logits, 2990);
}

void check_last_place(mamba::Ops& ops) {
  const std::vector<float> logits = {0, 1, -kInfinity, 2, -kInfinity};
  Rows rows;
  rows.add(logits, options_of(5, 1), 1 - 0x1p-53);
  rows.add(logits, options_of(5, 1), 0);
  rows.sample(ops);
  CHECK(rows.ids[0] == 3);
  CHECK(rows.ids[1] == 0);
}

void check_bad_logits(mamba::Ops& ops) {
  const float nan = std::numeric_limits<float>::quiet_NaN();
  Rows rows;
  for (const float temperature : {0.0f, 1.0f}) {
    const DrawOptions options = options_of(3, temperature);
    rows.add({0, nan, 0, 0}, options, 0.5);
    rows.add({0, 0, 0, -nan}, options, 0.5);  // of the padding
    rows.add({0, 0, 0, kInfinity}, options, 0.5);
    rows.add({-kInfinity, -kInfinity, -kInfinity, 9}, options, 0.5);
    rows.add({-kInfinity, -3, -kInfinity, 9}, options, 0.5);
  }
  rows.sample(ops);
  for (std::size_t r = 0; r < rows.ids.size(); ++r) {
    const bool good = r % 5 == 4;
    CHECK(rows.ids[r] == (good ? 1 : 0));
    CHECK(std::isnan(rows.logprobs[r]) == !good);
  }
}

// A row's token must not depend on its neighbours; more rows than a call of a
// kernel has options for.
void check_many_rows(mamba::Ops& ops) {
  const std::vector<float> logits = numbers(50, 3, 6);
  Rows rows, alone;
  for (uint64_t i = 0; i < 300; ++i) {
    rows.add(logits, options_of(50, 1), mamba::uniform_draw(7, i));
  }
  alone.add(logits, options_of(50, 1), mamba::uniform_draw(7, 299));
  rows.sample(ops);
  alone.sample(ops);
  CHECK(rows.ids[299] == alone.ids[0]);
  CHECK(rows.logprobs[299] == alone.logprobs[0]);
  for (uint64_t i = 0; i < 300; i += 7) {
    CHECK(rows.ids[i] == sampled(logits, options_of(50, 1), i).id);
  }
}

void add_tests() {
  for (const test::Device& device : test::all_devices()) {
    if (device.threads != 1) continue;
    const auto add = [&](const char* what, void (*check)(mamba::Ops&)) {
      test::add("sample() " + std::string(what) + " on " + device.title,
                [=] { check(*device.make_ops()); });
    };
    add("draws what the sampler draws", check_shapes);
    add("ranks equal logits by id", check_ties);
    add("never draws what has no weight", check_last_place);
    add("tells of bad logits", check_bad_logits);
    add("draws each row by itself", check_many_rows);
  }
}

}  // namespace

int main(int argc, char** argv) {
  add_tests();
  return test::run_all({argv + 1, argv + argc});
}
