#include "simulator/runtime/core.h"

#include <algorithm>
#include <cstring>

#include "simulator/runtime/checker.h"

extern "C" __thread mtl_place mtl_here = {nullptr, 0};

namespace simulator {
namespace {

// Room for what a kernel may use, and gaps in which an overrun is noticed.
constexpr std::size_t kMemoryBytes = kMostThreadgroupBytes + (32 << 10);
constexpr std::size_t kGap = 64;

}  // namespace

__thread Core* Core::running_ = nullptr;

Core::Core() : memory_(new char[kMemoryBytes]), stacks_(kMostThreads + 1) {
  static const uint32_t width[3] = {kSimdWidth, 1, 1};
  const uint32_t** values = invocation_.values;
  values[A_THREAD_POSITION_IN_GRID] = thread_in_grid_;
  values[A_THREADGROUP_POSITION_IN_GRID] = group_in_grid_;
  values[A_THREAD_POSITION_IN_THREADGROUP] = thread_in_group_;
  values[A_THREAD_INDEX_IN_THREADGROUP] = thread_index_;
  values[A_THREAD_INDEX_IN_SIMDGROUP] = lane_;
  values[A_SIMDGROUP_INDEX_IN_THREADGROUP] = simdgroup_;
  values[A_THREADS_PER_THREADGROUP] = size_;
  values[A_THREADS_PER_SIMDGROUP] = width;
  values[A_SIMDGROUPS_PER_THREADGROUP] = simdgroups_;
}

Core::~Core() = default;

void Core::begin(const Job& job) {
  job_ = &job;
  barriers_ = 0;
  const Dispatch& dispatch = *job.dispatch;
  invocation_.arguments = job.kernel->arguments;
  invocation_.values[A_THREADGROUPS_PER_GRID] = job.groups;
  invocation_.values[A_THREADS_PER_GRID] = job.grid;
  invocation_.values[A_DISPATCH_THREADS_PER_THREADGROUP] = dispatch.threads;
  for (int i = 0; i < kBuffers; ++i) {
    invocation_.buffers[i] = dispatch.buffers[i].data;
  }
  lay_out_memory();
}

void Core::lay_out_memory() {
  variables_.clear();
  used_ = dynamic_bytes_ = static_bytes_ = 0;
  for (int i = 0; i < kBuffers; ++i) {
    const std::size_t bytes = job_->dispatch->threadgroup_bytes[i];
    invocation_.threadgroup[i] = bytes > 0 ? memory_.get() + used_ : nullptr;
    if (bytes == 0) continue;
    if (job_->checker != nullptr) {
      job_->checker->add_threadgroup_memory(memory_.get() + used_, bytes);
    }
    dynamic_bytes_ += bytes;
    used_ += bytes + kGap;
  }
}

void* Core::variable(const void* site, std::size_t bytes, std::size_t align) {
  for (const Variable& variable : variables_) {
    if (variable.site == site) return variable.memory;
  }
  static_bytes_ = (static_bytes_ + align - 1) / align * align + bytes;
  if (dynamic_bytes_ + static_bytes_ > kMostThreadgroupBytes) {
    job_->report->add("limit", Culprit(), nullptr,
                      "%zu bytes of threadgroup memory, %zu of them declared "
                      "in the kernel; there are %zu",
                      dynamic_bytes_ + static_bytes_, static_bytes_,
                      kMostThreadgroupBytes);
    abandon();
  }
  // 16 is the strictest alignment that a Metal type has.
  char* memory = memory_.get() + (used_ + 15) / 16 * 16;
  used_ = memory + bytes + kGap - memory_.get();
  std::memset(memory, 0xff, bytes);
  variables_.push_back({site, memory, bytes});
  if (job_->checker != nullptr) {
    job_->checker->add_threadgroup_memory(memory, bytes);
  }
  return memory;
}

void Core::place(uint64_t threadgroup) {
  const uint32_t* count = job_->groups;
  const uint64_t row = threadgroup / count[0];
  group_in_grid_[0] = static_cast<uint32_t>(threadgroup % count[0]);
  group_in_grid_[1] = static_cast<uint32_t>(row % count[1]);
  group_in_grid_[2] = static_cast<uint32_t>(row / count[1]);
  threads_ = 1;
  for (int i = 0; i < 3; ++i) {
    const uint32_t full = job_->dispatch->threads[i];
    // Less than full at the end of a grid that counts threads.
    size_[i] = std::min(full, job_->grid[i] - group_in_grid_[i] * full);
    threads_ *= size_[i];
  }
}

void Core::prepare_groups() {
  group_count_ = (threads_ + kSimdWidth - 1) / kSimdWidth;
  simdgroups_[0] = group_count_;
  finished_ = at_barrier_ = 0;
  for (uint32_t i = 0; i < group_count_; ++i) {
    const uint32_t lanes = std::min(threads_ - i * kSimdWidth, kSimdWidth);
    Group& group = groups_[i];
    group.lanes = group.unstarted = ~0u >> (kSimdWidth - lanes);
    group.runnable = group.waiting = group.at_barrier = 0;
  }
}

bool Core::run(uint64_t threadgroup) {
  running_ = this;
  place(threadgroup);
  prepare_groups();
  // Not-a-number: what an earlier threadgroup has left must not be of use.
  std::memset(memory_.get(), 0xff, used_);
  in_order_ = job_->schedule == 0;
  if (!in_order_) {
    random_ = job_->schedule * 2654435761u +
              static_cast<uint32_t>(threadgroup) * 2246822519u;
  }
  if (job_->checker != nullptr) job_->checker->begin_threadgroup(*this);
  abandoned_ = false;
  group_ = &groups_[0];
  mtl_here = {group_, kSimdWidth - 1};  // lane 0 is the next one
  choose();
  start(&main_stack_);
  if (abandoned_) unused_ = prepared_ = 0;  // threads are left on their stacks
  if (job_->checker != nullptr) job_->checker->end_threadgroup();
  running_ = nullptr;
  mtl_here = {nullptr, 0};
  return !abandoned_;
}

void Core::end() const {
  for (uint32_t i = 0; i < prepared_; ++i) {
    if (!stacks_.overflowed(i)) continue;
    job_->report->add("stack", Culprit(), nullptr,
                      "a thread needs more than %zu bytes of private memory",
                      Stacks::kBytes);
  }
}

// ------------------------------------------------------------ switching

uint32_t Core::random() {
  random_ = random_ * 1664525u + 1013904223u;
  return random_ >> 8;
}

uint32_t Core::thread() const {
  return static_cast<uint32_t>(group_ - groups_) * kSimdWidth + mtl_here.lane;
}

// A group in which a thread can run: in order this one, as long as one can.
Core::Group* Core::next_group() {
  const uint32_t first =
      static_cast<uint32_t>(group_ - groups_) + (in_order_ ? 0 : random());
  for (uint32_t i = 0; i < group_count_; ++i) {
    Group* group = &groups_[(first + i) % group_count_];
    if (group->ready() != 0) return group;
  }
  return nullptr;
}

// In order the next lane after the one that ran last.
uint32_t Core::next_lane(const Group& group) {
  const uint32_t ready = group.ready();
  const uint32_t last = in_order_ ? mtl_here.lane : random() % kSimdWidth;
  const uint32_t later = ready & (~1u << last);
  return static_cast<uint32_t>(__builtin_ctz(later != 0 ? later : ready));
}

// Picks the thread that runs next. Returns the stack on which it waits, null
// if it has not started; run()'s own stack if none can run.
void* Core::choose() {
  Group* group = group_;
  if (!in_order_ || group->ready() == 0) group = next_group();
  if (group == nullptr) {
    if (finished_ != threads_) report_stuck();
    return main_stack_;
  }
  const uint32_t lane = next_lane(*group);
  const uint32_t bit = 1u << lane;
  group_ = group;
  mtl_here = {group, lane};
  if ((group->runnable & bit) != 0) {
    group->runnable &= ~bit;
    return group->stacks[lane];
  }
  group->unstarted &= ~bit;
  return nullptr;
}

// Starts the thread that was picked, on a stack of its own.
bool Core::start(void** save) {
  uint32_t stack = prepared_;
  if (unused_ > 0) {
    stack = unused_stacks_[--unused_];
  } else {
    stacks_.prepare(prepared_++);
  }
  return simulator_start(save, stacks_.top(stack), &Core::fiber_entry, stack);
}

bool Core::park_slowly() {
  void** save = &group_->stacks[mtl_here.lane];
  void* next = choose();
  return next != nullptr ? simulator_switch(save, next) : start(save);
}

void Core::abandon() {
  abandoned_ = true;
  simulator_resume(main_stack_);
  __builtin_unreachable();
}

void Core::fiber_entry(uint32_t stack) { running()->run_fiber(stack); }

// A stack's life: it runs threads one after another, until it is left for a
// thread that waits on another one.
void Core::run_fiber(uint32_t stack) {
  Step step = start_thread();
  for (;;) {
    // One call for both: see simulator_resume(). The compiler must not know.
    asm("" : "+r"(step.function));
    step.function(step.argument);
    ++finished_;
    const void* waiting = choose();
    if (waiting == nullptr) {
      step = start_thread();
    } else {
      unused_stacks_[unused_++] = stack;
      step = {&simulator_resume, waiting};
    }
  }
}

Core::Step Core::start_thread() {
  const uint32_t index = thread();
  lane_[0] = mtl_here.lane;
  simdgroup_[0] = index / kSimdWidth;
  thread_index_[0] = thread_in_group_[0] = index;
  thread_in_group_[1] = thread_in_group_[2] = 0;
  if (size_[0] != threads_) {
    const uint32_t row = index / size_[0];
    thread_in_group_[0] = index % size_[0];
    thread_in_group_[1] = row % size_[1];
    thread_in_group_[2] = row / size_[1];
  }
  for (int i = 0; i < 3; ++i) {
    thread_in_grid_[i] =
        group_in_grid_[i] * job_->dispatch->threads[i] + thread_in_group_[i];
  }
  return {job_->kernel->call, &invocation_};
}

}  // namespace simulator
