// One core of the simulated GPU: runs one threadgroup at a time, every thread
// on a stack of its own as soon as it has to wait for others.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "simulator/runtime/fiber.h"
#include "simulator/runtime/registry.h"
#include "simulator/runtime/report.h"
#include "simulator/runtime/simulator.h"
#include "simulator/shim/interface.h"

namespace simulator {

class Checker;

// What every core needs to know of a dispatch.
struct Job {
  const Dispatch* dispatch = nullptr;
  const mtl_kernel* kernel = nullptr;
  Report* report = nullptr;
  Checker* checker = nullptr;  // null = not checked
  uint32_t schedule = 0;       // 0 = in order, else a seed
  uint32_t groups[3] = {};     // threadgroups along x, y, z
  uint32_t grid[3] = {};       // threads along x, y, z
};

class Core {
 public:
  Core();
  ~Core();

  void begin(const Job& job);
  // False if the dispatch cannot go on after what was found.
  bool run(uint64_t threadgroup);
  void end() const;
  // Threadgroup barriers since begin().
  uint64_t barriers() const { return barriers_; }
  std::size_t static_bytes() const { return static_bytes_; }

  // For the functions that kernels call.
  static Core* running() { return running_; }  // on this thread
  bool meet(const void* site);
  void barrier(mtl_barrier_kind kind, int memory, const void* site);
  void* variable(const void* site, std::size_t bytes, std::size_t align);
  // Leaves the kernel for good.
  [[noreturn]] void abandon();

  const Job& job() const { return *job_; }
  Culprit culprit() const;
  const Stacks& stacks() const { return stacks_; }
  // Whether the memory is the simulator's own.
  bool owns(const void* memory) const;
  uint32_t thread() const;
  uint32_t threads() const { return threads_; }

 private:
  static __thread Core* running_ __attribute__((tls_model("initial-exec")));
  static constexpr uint32_t kGroups = kMostThreads / kSimdWidth;

  struct Group : mtl_simdgroup {
    uint32_t unstarted = 0, runnable = 0, waiting = 0, at_barrier = 0;
    const void* site = nullptr;  // where the waiting lanes wait
    void* stacks[kSimdWidth];    // of the lanes that do not run
    uint32_t ready() const { return unstarted | runnable; }
  };
  struct Variable {
    const void* site;
    char* memory;
    std::size_t bytes;
  };

  // What a stack does next: it runs a thread's kernel, or is left.
  struct Step {
    void (*function)(const void*);
    const void* argument;
  };

  static void fiber_entry(uint32_t stack);
  void run_fiber(uint32_t stack);
  Step start_thread();
  void place(uint64_t threadgroup);
  void lay_out_memory();
  void prepare_groups();
  Group* next_group();
  uint32_t next_lane(const Group& group);
  void* choose();
  bool start(void** save);
  bool park();
  bool park_slowly();
  [[noreturn]] void report_divergence(const void* site);
  void release_barrier(int memory);
  void report_stuck();
  uint32_t random();

  const Job* job_ = nullptr;
  Group* group_ = nullptr;  // of the lane that runs
  mtl_invocation invocation_ = {};

  // Values of attributes. The first three are of the thread that starts.
  uint32_t thread_in_grid_[3], thread_in_group_[3], thread_index_[3];
  uint32_t group_in_grid_[3], size_[3], lane_[3], simdgroup_[3], simdgroups_[3];

  uint32_t threads_ = 0, group_count_ = 0, finished_ = 0, at_barrier_ = 0;
  const void* barrier_site_ = nullptr;
  uint64_t barriers_ = 0;
  uint32_t random_ = 1;
  bool abandoned_ = false;
  bool in_order_ = true;

  void* main_stack_ = nullptr;
  uint32_t unused_stacks_[kMostThreads + 1];
  uint32_t unused_ = 0;    // of them
  uint32_t prepared_ = 0;  // stacks that were ever used

  std::unique_ptr<char[]> memory_;  // threadgroup memory
  std::size_t dynamic_bytes_ = 0, static_bytes_ = 0, used_ = 0;
  std::vector<Variable> variables_;

  Stacks stacks_;
  Group groups_[kGroups];
};

}  // namespace simulator
