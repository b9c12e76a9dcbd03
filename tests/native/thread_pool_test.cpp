// Threads that do loops together: everything once, whoever is slow.
#include "core/thread_pool.h"

#include <atomic>
#include <chrono>
#include <thread>
#include <vector>

#include "core/thread_core.h"
#include "core/work_shares.h"
#include "harness.h"

#if defined(__linux__)
#include <pthread.h>
#include <sched.h>
#endif

namespace {

using mamba::Range;
using mamba::ThreadPool;
using mamba::WorkShares;

// Counts how often each part was done.
struct Counts {
  explicit Counts(uint32_t size) : parts(size) {}
  static void task(void* data, uint32_t index, uint32_t) {
    static_cast<Counts*>(data)->parts[index].fetch_add(1);
  }
  bool all(int64_t wanted) const {
    for (const std::atomic<int64_t>& part : parts) {
      if (part.load() != wanted) return false;
    }
    return true;
  }

  std::vector<std::atomic<int64_t>> parts;
};

// Waits for something that another thread does; false if it never comes.
template <typename Ready>
bool eventually(const Ready& ready) {
  const auto start = std::chrono::steady_clock::now();
  while (!ready()) {
    if (std::chrono::steady_clock::now() - start > std::chrono::minutes(1)) {
      return false;
    }
    std::this_thread::yield();
  }
  return true;
}

TEST("ThreadPool::run() does every part once, also after a rest") {
  for (const uint32_t threads : {1u, 2u, 3u, 9u}) {
    ThreadPool pool(threads);
    Counts counts(pool.size());
    for (int round = 1; round <= 2000; ++round) {
      pool.run(Counts::task, &counts);
      CHECK(counts.all(round));
      // Awake, without its core, asleep.
      if (round % 100 == 0) {
        std::this_thread::sleep_for(std::chrono::microseconds(round));
      }
    }
  }
}

TEST("ThreadPool::run() lets callers take turns") {
  ThreadPool pool(3);
  Counts counts(pool.size());
  std::vector<std::thread> callers;
  for (int i = 0; i < 3; ++i) {
    callers.emplace_back([&] {
      for (int round = 0; round < 500; ++round) {
        pool.run(Counts::task, &counts);
      }
    });
  }
  for (std::thread& caller : callers) caller.join();
  CHECK(counts.all(1500));
}

struct Loop {
  Loop(ThreadPool& pool, int64_t items, int64_t grain)
      : shares(pool.size()), done(static_cast<std::size_t>(items)) {
    shares.start(items, grain);
  }
  void take(const Range& range) {
    for (int64_t i = range.begin; i < range.end; ++i) {
      done[static_cast<std::size_t>(i)].fetch_add(1);
    }
    count.fetch_add(range.end - range.begin);
  }

  WorkShares shares;
  std::vector<std::atomic<int>> done;
  std::atomic<int64_t> count{0};
  std::atomic<bool> helped{true};
};

TEST("WorkShares gives every item once, in whole grains") {
  ThreadPool pool(4);
  for (const int64_t items : {0, 1, 15, 16, 17, 100, 1003, 4096}) {
    for (const int64_t grain : {1, 16, 48}) {
      Loop loop(pool, items, grain);
      std::atomic<bool> whole{true};
      struct Job {
        Loop& loop;
        std::atomic<bool>& whole;
        int64_t items, grain;
      } job{loop, whole, items, grain};
      pool.run(
          [](void* data, uint32_t index, uint32_t) {
            Job& own = *static_cast<Job*>(data);
            for (;;) {
              const Range range = own.loop.shares.take(index);
              if (range.begin >= range.end) return;
              const bool last = range.end == own.items;
              if (range.begin % own.grain != 0 ||
                  (range.end % own.grain != 0 && !last)) {
                own.whole = false;
              }
              own.loop.take(range);
            }
          },
          &job);
      CHECK(whole.load());
      for (const std::atomic<int>& times : loop.done) CHECK(times.load() == 1);
    }
  }
}

TEST("WorkShares lets others do the share of a thread that is slow") {
  ThreadPool pool(2);
  Loop loop(pool, 1000, 16);
  pool.run(
      [](void* data, uint32_t index, uint32_t) {
        Loop& own = *static_cast<Loop*>(data);
        for (;;) {
          const Range range = own.shares.take(index);
          if (range.begin >= range.end) return;
          // Not before all the rest is done.
          if (index == 1) {
            own.helped = eventually([&] {
              return own.count.load() == 1000 - (range.end - range.begin);
            });
          }
          own.take(range);
        }
      },
      &loop);
  CHECK(loop.helped.load());
  CHECK(loop.count.load() == 1000);
}

#if defined(__linux__)

TEST("move_off_this_core() leaves what a thread may use as it was") {
  std::atomic<bool> stop{false};
  std::thread other([&] {
    while (!stop.load()) std::this_thread::yield();
  });
  cpu_set_t before, after, own;
  CHECK(pthread_getaffinity_np(other.native_handle(), sizeof(before),
                               &before) == 0);
  for (int i = 0; i < 100; ++i) mamba::move_off_this_core(other);
  CHECK(pthread_getaffinity_np(other.native_handle(), sizeof(after), &after) ==
        0);
  CHECK(CPU_EQUAL(&before, &after));

  // A thread that may use one core alone stays there.
  CPU_ZERO(&own);
  for (int core = 0; core < CPU_SETSIZE; ++core) {
    if (!CPU_ISSET(core, &before)) continue;
    CPU_SET(core, &own);
    break;
  }
  CHECK(pthread_setaffinity_np(other.native_handle(), sizeof(own), &own) == 0);
  mamba::move_off_this_core(other);
  CHECK(pthread_getaffinity_np(other.native_handle(), sizeof(after), &after) ==
        0);
  CHECK(CPU_EQUAL(&own, &after));
  stop = true;
  other.join();
}

#endif

}  // namespace

int main() { return test::run_all(); }
