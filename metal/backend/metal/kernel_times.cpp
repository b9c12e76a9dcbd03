#include "backend/metal/kernel_times.h"

namespace mamba::metal {

void KernelTimes::start() {
  const std::lock_guard<std::mutex> lock(mutex_);
  times_.clear();
  running_ = true;
}

void KernelTimes::stop() { running_ = false; }

void KernelTimes::add(const char* kernel, double seconds, int64_t bytes) {
  const std::lock_guard<std::mutex> lock(mutex_);
  KernelTime& time = times_[kernel];
  ++time.dispatches;
  time.seconds += seconds;
  time.bytes += static_cast<uint64_t>(bytes);
}

std::map<std::string, KernelTime> KernelTimes::read() const {
  const std::lock_guard<std::mutex> lock(mutex_);
  return times_;
}

}  // namespace mamba::metal
