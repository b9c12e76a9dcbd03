// What the simulated device is made to be, by environment variables:
//
//   SIMULATOR_DEVICE=none|intel    no device; an Intel Mac's, which is of
//                                  family Mac 2 alone and has memory of its own
//   SIMULATOR_DEVICE=listed        an Apple GPU that is only in the list of all
//                                  devices, as for a process without windows
//   SIMULATOR_DEVICE=unlisted      one that is only the default device, as in a
//                                  sandbox. Default: an Apple GPU that is both
//   SIMULATOR_MAX_THREADS=256      the most threads per threadgroup that any
//                                  pipeline allows, as where registers are few
//   SIMULATOR_WORKING_SET=1000000  recommendedMaxWorkingSetSize, in bytes:
//                                  command buffers that use more run out of
//                                  memory
//   SIMULATOR_BREAK_KERNEL=name    that kernel's library does not compile
//   SIMULATOR_WRONG_KERNEL=name    that kernel runs, but writes nothing
//   SIMULATOR_GPU_ERROR=3          the third command buffer from when the value
//                                  is set fails, as when the GPU hangs
//   SIMULATOR_WATCHDOG=1000000     a command buffer of more threads than that
//                                  is stopped, as one that runs for too long
//   SIMULATOR_SCHEDULE=7           seed of the order of threads, until it is
//                                  set by simulator_set_schedule()
//
// They are read when they are needed, so that a test can change them.
#pragma once

#include <cstdint>
#include <string>

namespace simulator {

enum class DeviceKind { apple, intel, listed, unlisted, none };
DeviceKind device_kind();

// 0 = no limit, no error, no budget.
uint64_t pipeline_thread_limit();
uint64_t watchdog_threads();
uint64_t failing_command_buffer();
uint64_t initial_schedule();

uint64_t working_set_bytes();

// Empty = none.
std::string broken_kernel();
std::string wrong_kernel();

}  // namespace simulator
