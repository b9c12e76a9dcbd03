// Runs one case and prints what was found, the number first:
// fault_main SCHEDULE HASH CASE [THREADGROUPS]
//
// A case is a kernel, or one of the wrong dispatches below.
#include <cstring>
#include <functional>
#include <map>

#include "call.h"

using runtime::Call;

namespace {

std::vector<float> x(128), y(128), z(128);
const uint32_t kCount = 128;

Call kernel_case(const std::string& name, uint32_t threadgroups) {
  Call call(name);
  call.buffer(0, x).bytes(1, &kCount, 4).memory(0, 256);
  call.grid(threadgroups).threads(64).run();
  return call;
}

// A right dispatch of `asks`, which every case below spoils.
Call asking(const std::function<void(Call&)>& spoil) {
  static const uint32_t sizes[2] = {1, 2};
  Call call("asks");
  call.buffer(2, x).bytes(7, sizes, 8).memory(0, 16).grid(1).threads(32);
  spoil(call);
  return call.run();
}

Call few(uint32_t threads) {
  Call call("asks_few");
  return call.buffer(0, x).grid(1).threads(threads).run();
}

Call two_steps(bool barrier) {
  Call first("first_step");
  first.buffer(0, x).buffer(1, y).grid(2).threads(64).run();
  Call second("second_step");
  second.buffer(0, y).buffer(1, z).grid(2).threads(64);
  second.dispatch.concurrent = !barrier;
  return second.run();
}

// Concurrent dispatches that share only what they read.
Call two_readers() {
  Call first("first_step");
  first.buffer(0, x).buffer(1, y).grid(2).threads(64).run();
  Call second("first_step");
  second.buffer(0, x).buffer(1, z).grid(2).threads(64);
  second.dispatch.concurrent = true;
  return second.run();
}

const std::map<std::string, std::function<Call()>>& dispatches() {
  static const std::map<std::string, std::function<Call()>> cases = {
      {"right", [] { return asking([](Call&) {}); }},
      {"unbound",
       [] { return asking([](Call& call) { call.bytes(2, nullptr, 0); }); }},
      {"too small",
       [] { return asking([](Call& call) { call.bytes(7, &kCount, 4); }); }},
      {"misaligned",
       [] {
         return asking([](Call& call) { call.bytes(2, x.data() + 1, 508); });
       }},
      {"without memory",
       [] { return asking([](Call& call) { call.memory(0, 0); }); }},
      {"odd memory",
       [] { return asking([](Call& call) { call.memory(0, 24); }); }},
      {"much memory",
       [] { return asking([](Call& call) { call.memory(0, 33 << 10); }); }},
      {"much memory with the kernel's own",
       [] { return asking([](Call& call) { call.memory(0, 30 << 10); }); }},
      {"many threads",
       [] { return asking([](Call& call) { call.threads(33, 32); }); }},
      {"no threads",
       [] { return asking([](Call& call) { call.threads(0); }); }},
      {"empty grid", [] { return asking([](Call& call) { call.grid(0); }); }},
      {"writes what the host declares as read",
       [] {
         return asking(
             [](Call& call) { call.dispatch.buffers[2].writable = false; });
       }},
      {"few threads", [] { return few(128); }},
      {"more threads than the kernel allows", [] { return few(129); }},
      {"steps with a barrier", [] { return two_steps(true); }},
      {"steps without a barrier", [] { return two_steps(false); }},
      {"steps that share what they read", [] { return two_readers(); }},
  };
  return cases;
}

}  // namespace

int main(int count, char** arguments) {
  if (count < 4) return 2;
  simulator::options().schedule =
      static_cast<uint32_t>(std::strtoul(arguments[1], nullptr, 10));
  runtime::sources().push_back(std::strtoull(arguments[2], nullptr, 10));
  const std::string name = arguments[3];
  const uint32_t groups =
      count > 4 ? static_cast<uint32_t>(std::atoi(arguments[4])) : 1;
  const auto found = dispatches().find(name);
  const Call call =
      found != dispatches().end() ? found->second() : kernel_case(name, groups);
  std::printf("%d\n%s", call.findings.count, call.findings.text.c_str());
}
