// Attributes, function constants, threadgroup memory and atomics.
#include <algorithm>

#include "call.h"

using runtime::Call;
using runtime::Numbers;
using runtime::run_right;

namespace {

void check_places(bool exact) {
  // Exact: the last threadgroups along x and y are smaller.
  const uint32_t size[3] = {5, 3, 2};
  const uint32_t groups[3] = {3, 2, 4};
  const uint32_t total[3] = {exact ? 13 : 15u, exact ? 5 : 6u, 8};
  std::vector<uint32_t> out(24 * total[0] * total[1] * total[2], 77);
  Call call("places");
  call.buffer(4, out).threads(size[0], size[1], size[2]);
  if (exact) {
    call.exact().grid(total[0], total[1], total[2]);
  } else {
    call.grid(groups[0], groups[1], groups[2]);
  }
  run_right(call);
  const uint32_t* row = out.data();
  for (uint32_t z = 0; z < total[2]; ++z) {
    for (uint32_t y = 0; y < total[1]; ++y) {
      for (uint32_t x = 0; x < total[0]; ++x, row += 24) {
        const uint32_t at[3] = {x, y, z};
        uint32_t inside[3], own[3];
        for (int i = 0; i < 3; ++i) {
          const uint32_t group = at[i] / size[i];
          inside[i] = at[i] % size[i];
          own[i] = std::min(size[i], total[i] - group * size[i]);
          CHECK(row[i] == at[i]);
          CHECK(row[3 + i] == group);
          CHECK(row[6 + i] == inside[i]);
          CHECK(row[9 + i] == own[i]);
          CHECK(row[12 + i] == groups[i]);
          CHECK(row[15 + i] == total[i]);
        }
        const uint32_t index =
            inside[0] + own[0] * (inside[1] + own[1] * inside[2]);
        CHECK(row[18] == index);
        CHECK(row[19] == index % 32);
        CHECK(row[20] == index / 32);
        CHECK(row[21] == 32);
        CHECK(row[22] == (own[0] * own[1] * own[2] + 31) / 32);
      }
    }
  }
}

}  // namespace

TEST("run() tells threads their places in whole threadgroups") {
  check_places(false);
}
TEST("run() tells threads their places where threadgroups are cut off") {
  check_places(true);
}

TEST("run() sets function constants for one dispatch") {
  std::vector<uint32_t> out(40);
  const std::vector<simulator::FunctionConstant> both = {{3, 1}, {0, 7}};
  for (const bool given : {true, false, true}) {
    Call call("constants");
    if (given) call.dispatch.constants = &both;
    run_right(call.buffer(0, out).grid(5).threads(8));
    for (uint32_t i = 0; i < 40; ++i) {
      CHECK(out[i] == (given ? 14 : 1000) + i);
    }
  }
}

TEST("run() gives threadgroup memory of both kinds") {
  std::vector<float> x = Numbers().many(64 * 50);
  const std::vector<float> before = x;
  Call call("reverse_float");
  run_right(call.buffer(0, x).memory(1, 256).grid(50).threads(64));
  for (std::size_t i = 0; i < x.size(); ++i) {
    CHECK(x[i] == before[i / 64 * 64 + 63 - i % 64]);
  }
  CHECK(static_threadgroup_bytes(*call.dispatch.kernel) == 256 + 32);
  CHECK(call.profile.threadgroup_bytes == 256 + 256 + 32);
  CHECK(call.profile.barriers == 100 && call.profile.threads == 3200);

  std::vector<_Float16> y(64, static_cast<_Float16>(2));
  Call half("reverse_half");
  run_right(half.buffer(0, y).memory(1, 128).grid(1).threads(64));
  CHECK(static_threadgroup_bytes(*half.dispatch.kernel) == 128 + 32);
}

TEST("atomics lose nothing between threadgroups") {
  constexpr uint32_t kGroups = 60, kThreads = 100, kAll = kGroups * kThreads;
  std::vector<uint32_t> sums(3);
  std::vector<int32_t> extremes(3);
  Call call("count_all");
  call.buffer(0, sums).buffer(1, extremes);
  run_right(call.grid(kGroups).threads(kThreads));
  uint32_t parity = 0;
  for (uint32_t i = 0; i < kAll; ++i) parity ^= i;
  CHECK(sums[0] == kAll * (kAll - 1) / 2);
  CHECK(sums[1] == ~0u);
  CHECK(sums[2] == parity);
  CHECK(extremes[0] == 500 && extremes[1] == -500);
  CHECK(extremes[2] == 2 * int32_t(kAll));
}
