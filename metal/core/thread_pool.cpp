#include "core/thread_pool.h"

#include <algorithm>
#include <map>
#include <system_error>

#include "core/thread_core.h"

namespace mamba {
namespace {

using Clock = std::chrono::steady_clock;

// A decode step is some hundred short rounds: workers stay awake between them.
// A core that somebody else wants is given up early, and soon slept on.
constexpr std::chrono::microseconds kSpin{50};
constexpr std::chrono::microseconds kAwake{200};

// A worker that is late is looked after so often at most.
constexpr std::chrono::microseconds kBetweenMoves{200};

// How many parts a worker looks at: its own and some neighbours'. Thread 0
// looks at all of them.
constexpr uint32_t kReachOfWorkers = 8;

inline void pause_core() {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  __asm__ __volatile__("yield");
#endif
}

// Polls `ready` a few times: some microseconds at most.
template <typename Ready>
bool poll_briefly(const Ready& ready) {
  for (int i = 0; i < 128; ++i) {
    if (ready()) return true;
    pause_core();
  }
  return false;
}

// Polls `ready` for so long, keeping the core or letting others have it in
// between; true as soon as it holds.
template <typename Ready>
bool poll(const Ready& ready, Clock::duration time, bool yields) {
  const Clock::time_point start = Clock::now();
  do {
    for (int i = 0; i < 32; ++i) {
      if (ready()) return true;
      pause_core();
    }
    if (yields) std::this_thread::yield();
  } while (Clock::now() - start < time);
  return false;
}

uint32_t choose_size(uint32_t threads) {
  if (threads == 0) threads = std::thread::hardware_concurrency();
  return std::min(std::max(threads, 1u), ThreadPool::kMaxThreads);
}

}  // namespace

Range split_range(int64_t items, int64_t grain, uint32_t index,
                  uint32_t count) {
  const int64_t grains = (items + grain - 1) / grain;
  Range range;
  range.begin = std::min(items, grains * index / count * grain);
  range.end = std::min(items, grains * (index + 1) / count * grain);
  return range;
}

ThreadPool::ThreadPool(uint32_t threads) {
  const uint32_t wanted = choose_size(threads);
  workers_.reserve(wanted - 1);
  parts_.reset(new Part[wanted]);
  // Workers read size_ only inside a round, which begins after this loop.
  for (uint32_t index = 1; index < wanted; ++index) {
    try {
      workers_.emplace_back([this, index] { work(index); });
    } catch (const std::system_error&) {
      break;
    }
  }
  size_ = static_cast<uint32_t>(workers_.size()) + 1;
}

ThreadPool::~ThreadPool() {
  {
    std::lock_guard<std::mutex> lock(mutex_);
    stop_.store(true);
  }
  round_started_.notify_all();
  for (std::thread& worker : workers_) worker.join();
}

void ThreadPool::run(Task task, void* context) {
  if (size_ == 1) {
    task(context, 0, 1);
    return;
  }
  std::lock_guard<std::mutex> turn(turn_);
  task_ = task;
  context_ = context;
  done_.store(0, std::memory_order_relaxed);
  // Sequentially consistent with resting_: either the worker sees the new round
  // before it sleeps, or it is seen here.
  const uint64_t round = round_.fetch_add(1) + 1;
  if (resting_.load() != 0) {
    {
      std::lock_guard<std::mutex> lock(mutex_);
    }
    round_started_.notify_all();
    gather_workers(round);
  }
  wait_for_parts(size_ - run_parts(0, round));
}

// Workers that have given up their cores may be behind this thread now, which
// is not going to sleep.
void ThreadPool::gather_workers(uint64_t round) {
  const auto begun = [this, round](uint32_t index) {
    return parts_[index].round.load(std::memory_order_relaxed) == round;
  };
  const auto all_begun = [this, begun] {
    for (uint32_t i = 1; i < size_; ++i) {
      if (!begun(i)) return false;
    }
    return true;
  };
  if (poll_briefly(all_begun)) return;
  for (uint32_t i = 1; i < size_; ++i) {
    if (!begun(i)) move_off_this_core(workers_[i - 1]);
  }
}

// The caller does the part of a worker that has not begun.
void ThreadPool::move_worker(uint32_t index) {
  const Clock::time_point now = Clock::now();
  if (now - moved_ < kBetweenMoves) return;
  moved_ = now;
  move_off_this_core(workers_[index - 1]);
}

// Takes and does parts, its own first; the number of them. Every part is taken
// once in every round, so one that is free was last taken in the round before;
// whoever comes late, even by many rounds, finds nothing free, and looks at
// task_ only while a part of his keeps the round from ending.
uint32_t ThreadPool::run_parts(uint32_t index, uint64_t round) {
  const uint32_t reach = index == 0 ? size_ : std::min(size_, kReachOfWorkers);
  uint32_t taken = 0;
  for (uint32_t i = 0; i < reach; ++i) {
    const uint32_t part = (index + i) % size_;
    uint64_t before = round - 1;
    if (!parts_[part].round.compare_exchange_strong(before, round)) continue;
    if (index == 0 && i > 0) move_worker(part);
    task_(context_, part, size_);
    ++taken;
  }
  return taken;
}

void ThreadPool::wait_for_parts(uint32_t parts) {
  const auto done = [this, parts] {
    return done_.load(std::memory_order_acquire) == parts;
  };
  if (poll_briefly(done) || poll(done, kSpin, false) ||
      poll(done, kAwake, true)) {
    return;
  }
  std::unique_lock<std::mutex> lock(mutex_);
  caller_sleeps_.store(true);
  parts_finished_.wait(lock, [this, parts] { return done_.load() == parts; });
  caller_sleeps_.store(false);
}

void ThreadPool::finish_parts(uint32_t parts) {
  done_.fetch_add(parts);
  if (!caller_sleeps_.load()) return;
  {
    std::lock_guard<std::mutex> lock(mutex_);
  }
  parts_finished_.notify_one();
}

bool ThreadPool::wait_for_round(uint64_t seen) {
  const auto ready = [this, seen] {
    return round_.load(std::memory_order_acquire) != seen || stop_.load();
  };
  if (poll_briefly(ready) || poll(ready, kSpin, false)) return !stop_.load();
  resting_.fetch_add(1);
  if (!poll(ready, kAwake, true)) {
    std::unique_lock<std::mutex> lock(mutex_);
    round_started_.wait(lock, ready);
  }
  resting_.fetch_sub(1);
  return !stop_.load();
}

void ThreadPool::work(uint32_t index) {
  uint64_t seen = 0;
  while (wait_for_round(seen)) {
    seen = round_.load(std::memory_order_acquire);
    const uint32_t parts = run_parts(index, seen);
    if (parts > 0) finish_parts(parts);
  }
}

std::shared_ptr<ThreadPool> shared_pool(uint32_t threads) {
  static std::mutex mutex;
  static std::map<uint32_t, std::weak_ptr<ThreadPool>> pools;
  std::lock_guard<std::mutex> lock(mutex);
  std::weak_ptr<ThreadPool>& place = pools[choose_size(threads)];
  std::shared_ptr<ThreadPool> pool = place.lock();
  if (!pool) place = pool = std::make_shared<ThreadPool>(threads);
  return pool;
}

}  // namespace mamba
