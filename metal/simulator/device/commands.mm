#import "simulator/device/commands.h"

#include <cstring>

#include "simulator/device/environment.h"
#import "simulator/device/objects.h"
#include "simulator/device/record.h"

namespace simulator {
namespace {

bool schedule_is_set = false;

struct Executor {
  Findings* findings;

  void operator()(const DispatchCommand& command) const {
    const std::string name = kernel_name(*command.dispatch.kernel);
    if (name == wrong_kernel()) return;
    if (!schedule_is_set) options().schedule = uint32_t(initial_schedule());
    Record& record = Record::instance();
    if (!record.is_profiling()) return run(command.dispatch, findings, nullptr);
    Profile profile;
    run(command.dispatch, findings, &profile);
    record.add_profile(name, profile, !command.dispatch.concurrent);
  }
  void operator()(const FillCommand& command) const {
    std::memset(command.to, command.value, command.bytes);
  }
  void operator()(const CopyCommand& command) const {
    std::memmove(command.to, command.from, command.bytes);
  }
};

}  // namespace

uint64_t threads_of(const Command& command) {
  const auto* dispatch = std::get_if<DispatchCommand>(&command);
  if (dispatch == nullptr) return 0;
  const Dispatch& one = dispatch->dispatch;
  uint64_t threads = 1;
  for (int axis = 0; axis < 3; ++axis) {
    threads *= one.grid[axis];
    if (!one.exact) threads *= one.threads[axis];
  }
  return threads;
}

void execute(const Command& command, Findings* findings) {
  std::visit(Executor{findings}, command);
}

void set_schedule(uint32_t seed) {
  schedule_is_set = true;
  options().schedule = seed;
}

}  // namespace simulator
