// The time of each kernel, added up while a profile runs.
#pragma once

#include <atomic>
#include <cstdint>
#include <map>
#include <mutex>
#include <string>

namespace mamba::metal {

struct KernelTime {
  uint64_t dispatches = 0;
  double seconds = 0;
  // That memory must move for it.
  uint64_t bytes = 0;
};

// Any thread.
class KernelTimes {
 public:
  bool running() const { return running_.load(std::memory_order_relaxed); }
  // Forgets what was added before.
  void start();
  void stop();
  void add(const char* kernel, double seconds, int64_t bytes);
  // By the names of the kernels.
  std::map<std::string, KernelTime> read() const;

 private:
  std::atomic<bool> running_{false};
  mutable std::mutex mutex_;
  std::map<std::string, KernelTime> times_;
};

}  // namespace mamba::metal
