// What a checked build counts as floating-point operations; others count none.
#include "call.h"

using runtime::Call;
using runtime::run_right;

namespace {

constexpr uint32_t kThreads = 96;

// Of `groups` threadgroups of 96 threads.
uint64_t flops_of(const std::string& name, uint32_t groups = 1) {
  std::vector<float> x(kThreads * groups, 0.5f);
  Call call(name);
  call.buffer(0, x);
  run_right(call.grid(groups).threads(kThreads));
  return call.profile.flops;
}

uint64_t if_checked(uint64_t flops) {
  return simulator::is_checked() ? flops : 0;
}

}  // namespace

TEST("flops are counted for every thread that computes") {
  CHECK(flops_of("flops_fma") == if_checked(2 * kThreads));
  CHECK(flops_of("flops_fma", 5) == if_checked(2 * kThreads * 5));
  CHECK(flops_of("flops_loop") == if_checked(4 * kThreads * (kThreads - 1) / 2));
}

TEST("flops of an elementary function are one") {
  CHECK(flops_of("flops_functions") == if_checked(2 * kThreads));
}

TEST("flops of a SIMD-group's functions are those of what they compute") {
  CHECK(flops_of("flops_sum") == if_checked(kThreads / 32 * 31));
  CHECK(flops_of("flops_running_sum") == if_checked(kThreads));
}

TEST("flops of a product of matrices are two for each of its terms") {
  constexpr uint32_t kSide = 24;
  std::vector<float> a(kSide * kSide), b(kSide * kSide), c(kSide * kSide);
  Call call("multiply_float");
  call.buffer(0, a).buffer(1, b).buffer(2, c).bytes(3, &kSide, 4);
  run_right(call.grid(kSide / 8, kSide / 8).threads(32));
  CHECK(call.profile.flops == if_checked(2 * kSide * kSide * kSide));
}

TEST("flops of comparing, moving, turning and rounding are none") {
  std::vector<float> x(96, 0.5f);
  Call call("flops_moves");
  call.buffer(0, x);
  run_right(call.grid(1).threads(32));
  CHECK(call.profile.flops == 0);
}
