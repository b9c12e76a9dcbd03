// What the simulated Metal device knows of the simulator: it finds a kernel,
// and runs one dispatch of it on the CPU. Test builds only.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace simulator {

// Limits of every Apple GPU that Metal runs on.
constexpr int kBuffers = 31;
constexpr uint32_t kMostThreads = 1024;
constexpr std::size_t kMostThreadgroupBytes = 32 << 10;
constexpr uint32_t kSimdWidth = 32;

struct Kernel;  // compiled in; see shim/

struct Binding {
  void* data = nullptr;  // null = nothing is bound
  std::size_t bytes = 0;
  // False: the host has said that the kernel only reads it.
  bool writable = true;
};

// The value of one function constant, as the host gave it.
struct FunctionConstant {
  int index = 0;
  uint32_t bits = 0;
};

struct Dispatch {
  const Kernel* kernel = nullptr;
  const std::vector<FunctionConstant>* constants = nullptr;  // or null
  Binding buffers[kBuffers];
  std::size_t threadgroup_bytes[kBuffers] = {};
  uint32_t grid[3] = {1, 1, 1};
  uint32_t threads[3] = {1, 1, 1};  // per threadgroup
  // The grid counts threads (dispatchThreads), not threadgroups.
  bool exact = false;
  // Nothing orders this dispatch after the one before it: no barrier between
  // them in a concurrent encoder.
  bool concurrent = false;
};

// What was found wrong, one line each. Empty = nothing.
struct Findings {
  int count = 0;
  std::string text;  // the first few
};

// What a dispatch did. Bytes are those of buffers (device and constant).
struct Profile {
  uint64_t threadgroups = 0;
  uint64_t threads = 0;
  // Distinct bytes touched: what memory must move at the least when the caches
  // serve every repeated access.
  uint64_t bytes_read = 0;
  uint64_t bytes_written = 0;
  // Every access counted: what the caches must serve.
  uint64_t bytes_requested = 0;
  // Accesses of all lanes, and of simdgroups' busiest lanes times 32: their
  // quotient is the share of lanes with work.
  uint64_t lane_accesses = 0;
  uint64_t lane_slots = 0;
  // Floating-point operations: see lib/simulator/count_flops.ts.
  uint64_t flops = 0;
  uint64_t barriers = 0;  // threadgroup barriers, summed over threadgroups
  std::size_t threadgroup_bytes = 0;
};

struct Options {
  // 0 = in order; else the seed of a random order of threadgroups, simdgroups
  // and lanes.
  uint32_t schedule = 0;
};
Options& options();

// True in a build whose kernels are instrumented: then run() finds races,
// overruns, missing barriers, reads of uninitialised threadgroup memory, writes
// to constant memory, and fills profiles. Divergent barriers and limits are
// found in every build.
bool is_checked();

// The kernel of that name in the library whose whole source text has this hash
// (64-bit FNV-1a), or null. `has_source` tells whether there is such a library.
const Kernel* find_kernel(uint64_t source_hash, const std::string& name);
bool has_source(uint64_t source_hash);
std::vector<std::string> kernel_names(uint64_t source_hash);
uint32_t most_threads(const Kernel& kernel);  // per threadgroup
std::size_t static_threadgroup_bytes(const Kernel& kernel);
const char* kernel_name(const Kernel& kernel);

// Runs a dispatch to its end, on several cores in builds that are not checked.
// One call at a time. `profile` may be null.
void run(const Dispatch& dispatch, Findings* findings, Profile* profile);

}  // namespace simulator
