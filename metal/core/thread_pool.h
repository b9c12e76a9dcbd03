// Persistent threads that run one function together, many times a millisecond.
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

namespace mamba {

// A contiguous part [begin, end) of a range of items.
struct Range {
  int64_t begin = 0;
  int64_t end = 0;
};

// Thread `index` of `count` takes this part of `items` items; parts differ by
// at most one `grain`, and all but the last end at a multiple of it.
Range split_range(int64_t items, int64_t grain, uint32_t index, uint32_t count);

class ThreadPool {
 public:
  static constexpr uint32_t kMaxThreads = 256;
  // Does part `index` of `count`. Must not throw.
  using Task = void (*)(void* context, uint32_t index, uint32_t count);

  // `threads` counts the calling thread too; 0 = one per core. When the system
  // refuses more threads, the pool has those that it got.
  explicit ThreadPool(uint32_t threads);
  ~ThreadPool();
  ThreadPool(const ThreadPool&) = delete;
  ThreadPool& operator=(const ThreadPool&) = delete;

  uint32_t size() const { return size_; }

  // Calls the task for each of size() parts, once each, and returns when all
  // are done. The caller is thread 0. Thread i does part i; a part whose
  // thread is kept from its core is done by one that is not, so that nobody
  // waits for a thread that has not begun. Calls from several threads take
  // turns; a task must not call it.
  void run(Task task, void* context);

 private:
  // The last round in which a part was taken, on a cache line of its own.
  struct alignas(64) Part {
    std::atomic<uint64_t> round{0};
  };

  void work(uint32_t index);
  uint32_t run_parts(uint32_t index, uint64_t round);
  void gather_workers(uint64_t round);
  void move_worker(uint32_t index);
  bool wait_for_round(uint64_t seen);
  void finish_parts(uint32_t parts);
  void wait_for_parts(uint32_t parts);

  uint32_t size_ = 1;
  std::mutex turn_;  // of the calls of run()
  std::vector<std::thread> workers_;
  std::unique_ptr<Part[]> parts_;
  Task task_ = nullptr;
  void* context_ = nullptr;
  std::chrono::steady_clock::time_point moved_;  // when a worker was, at last
  alignas(64) std::atomic<uint64_t> round_{0};
  // Parts that workers have done in this round.
  alignas(64) std::atomic<uint32_t> done_{0};
  // Workers that have given up their cores, asleep or not.
  alignas(64) std::atomic<uint32_t> resting_{0};
  std::atomic<bool> caller_sleeps_{false};
  std::atomic<bool> stop_{false};
  std::mutex mutex_;
  std::condition_variable round_started_;
  std::condition_variable parts_finished_;
};

// The pool of so many threads that everything in the process shares: models
// that take turns, each with threads that are still awake from its last one,
// would take the cores from one another. It lives as long as somebody has it.
std::shared_ptr<ThreadPool> shared_pool(uint32_t threads);

}  // namespace mamba
