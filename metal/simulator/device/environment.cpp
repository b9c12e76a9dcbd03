#include "simulator/device/environment.h"

#include <cstdlib>

#include "simulator/device/misuse.h"

namespace simulator {
namespace {

// That of an M1 with 16 GiB.
constexpr uint64_t kWorkingSet = 11453251584;

std::string text(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

uint64_t number(const char* name, uint64_t otherwise) {
  const std::string value = text(name);
  if (value.empty()) return otherwise;
  if (value.find_first_not_of("0123456789") != std::string::npos) {
    misuse("%s=%s is not a number", name, value.c_str());
  }
  return std::strtoull(value.c_str(), nullptr, 10);
}

}  // namespace

DeviceKind device_kind() {
  const std::string kind = text("SIMULATOR_DEVICE");
  if (kind.empty()) return DeviceKind::apple;
  if (kind == "intel") return DeviceKind::intel;
  if (kind == "listed") return DeviceKind::listed;
  if (kind == "unlisted") return DeviceKind::unlisted;
  if (kind == "none") return DeviceKind::none;
  misuse(
      "SIMULATOR_DEVICE=%s is not known: wanted none, intel, listed or "
      "unlisted",
      kind.c_str());
}

uint64_t pipeline_thread_limit() { return number("SIMULATOR_MAX_THREADS", 0); }
uint64_t watchdog_threads() { return number("SIMULATOR_WATCHDOG", 0); }
uint64_t failing_command_buffer() { return number("SIMULATOR_GPU_ERROR", 0); }
uint64_t initial_schedule() { return number("SIMULATOR_SCHEDULE", 0); }
uint64_t working_set_bytes() {
  return number("SIMULATOR_WORKING_SET", kWorkingSet);
}
std::string broken_kernel() { return text("SIMULATOR_BREAK_KERNEL"); }
std::string wrong_kernel() { return text("SIMULATOR_WRONG_KERNEL"); }

}  // namespace simulator
