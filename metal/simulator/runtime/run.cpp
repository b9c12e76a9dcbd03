// One dispatch: what Metal would refuse, then its threadgroups.
#include <algorithm>
#include <cstdint>
#include <thread>

#include "simulator/runtime/checker.h"
#include "simulator/runtime/crew.h"
#include "simulator/runtime/simulator.h"

namespace simulator {
namespace {

// Each core reserves 128 MB of addresses for stacks.
constexpr unsigned kMostCores = 16;

uint64_t product(const uint32_t sizes[3]) {
  return uint64_t{sizes[0]} * sizes[1] * sizes[2];
}

bool fits_limits(const Dispatch& dispatch, Report* report) {
  const uint32_t most = most_threads(*dispatch.kernel);
  const uint32_t* size = dispatch.threads;
  const uint64_t threads =
      std::max({size[0], size[1], size[2]}) > most ? UINT64_MAX : product(size);
  if (threads == 0 || product(dispatch.grid) == 0) {
    report->add("limit", Culprit(), nullptr, "an empty grid or threadgroup");
    return false;
  }
  if (threads > most) {
    report->add("limit", Culprit(), nullptr,
                "%u x %u x %u threads in a threadgroup; there may be %u",
                size[0], size[1], size[2], most);
    return false;
  }
  std::size_t sum = 0;
  for (const std::size_t bytes : dispatch.threadgroup_bytes) {
    if (bytes % 16 != 0) {
      report->add("limit", Culprit(), nullptr,
                  "%zu bytes of threadgroup memory, not a multiple of 16",
                  bytes);
      return false;
    }
    sum += bytes;
  }
  if (sum > kMostThreadgroupBytes) {
    report->add("limit", Culprit(), nullptr,
                "%zu bytes of threadgroup memory; there are %zu", sum,
                kMostThreadgroupBytes);
    return false;
  }
  return true;
}

bool is_bound(const mtl_argument& argument, const Dispatch& dispatch,
              Report* report) {
  const int index = argument.index;
  if (argument.attribute == A_TGMEM) {
    if (dispatch.threadgroup_bytes[index] > 0) return true;
    report->add("binding", Culprit(), nullptr,
                "threadgroup(%d) '%s' has no memory", index, argument.name);
    return false;
  }
  if (argument.attribute != A_BUFFER) return true;
  const Binding& bound = dispatch.buffers[index];
  if (bound.data == nullptr) {
    report->add("binding", Culprit(), nullptr, "buffer(%d) '%s' is not bound",
                index, argument.name);
    return false;
  }
  if (argument.is_reference && bound.bytes < argument.size) {
    report->add("binding", Culprit(), nullptr,
                "buffer(%d) '%s' has %zu bytes; the kernel wants %u", index,
                argument.name, bound.bytes, argument.size);
    return false;
  }
  if (reinterpret_cast<uintptr_t>(bound.data) % argument.align != 0) {
    report->add("binding", Culprit(), nullptr,
                "buffer(%d) '%s' is not aligned to %u bytes", index,
                argument.name, argument.align);
    return false;
  }
  return true;
}

bool is_valid(const Dispatch& dispatch, Report* report) {
  if (!fits_limits(dispatch, report)) return false;
  const mtl_kernel& kernel = *dispatch.kernel->compiled;
  bool all = true;
  for (int i = 0; i < kernel.argument_count; ++i) {
    all &= is_bound(kernel.arguments[i], dispatch, report);
  }
  return all;
}

void size_up(const Dispatch& dispatch, Job* job) {
  for (int i = 0; i < 3; ++i) {
    const uint32_t grid = dispatch.grid[i], threads = dispatch.threads[i];
    job->groups[i] = dispatch.exact ? (grid - 1) / threads + 1 : grid;
    job->grid[i] = dispatch.exact ? grid : grid * threads;
  }
}

Checker* the_checker() {
  static Checker checker;
  return is_checked() ? &checker : nullptr;
}

Crew& the_crew() {
  // Checked mode knows of one core.
  static Crew crew(
      is_checked()
          ? 1
          : std::clamp(std::thread::hardware_concurrency(), 1u, kMostCores));
  return crew;
}

std::size_t dynamic_bytes(const Dispatch& dispatch) {
  std::size_t sum = 0;
  for (const std::size_t bytes : dispatch.threadgroup_bytes) sum += bytes;
  return sum;
}

}  // namespace

Options& options() {
  static Options options;
  return options;
}

void run(const Dispatch& dispatch, Findings* findings, Profile* profile) {
  const mtl_kernel* kernel = dispatch.kernel->compiled;
  Report report(kernel->name, findings);
  if (!is_valid(dispatch, &report)) return;
  set_constants(kernel->source, dispatch.constants);
  Job job;
  job.dispatch = &dispatch;
  job.kernel = kernel;
  job.report = &report;
  job.schedule = options().schedule;
  job.checker = the_checker();
  size_up(dispatch, &job);
  if (job.checker != nullptr) job.checker->begin_dispatch(job);
  Crew& crew = the_crew();
  const uint64_t threadgroups = product(job.groups);
  crew.run(job, threadgroups);
  dispatch.kernel->static_bytes =
      std::max<std::size_t>(dispatch.kernel->static_bytes, crew.static_bytes());
  if (profile == nullptr) return;
  *profile = Profile();
  profile->threadgroups = threadgroups;
  profile->threads = dispatch.exact ? product(dispatch.grid)
                                    : threadgroups * product(dispatch.threads);
  profile->barriers = crew.barriers();
  profile->threadgroup_bytes = dynamic_bytes(dispatch) + crew.static_bytes();
  if (job.checker != nullptr) job.checker->end_dispatch(profile);
}

}  // namespace simulator
