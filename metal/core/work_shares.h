// A loop's items, split over threads that help one another: cores may be unlike
// each other, or busy with something else.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>

#include "core/thread_pool.h"

namespace mamba {

class WorkShares {
 public:
  explicit WorkShares(uint32_t threads);

  // Gives every thread a share of neighbouring items, as split_range does.
  // Nobody takes anything meanwhile.
  void start(int64_t items, int64_t grain);
  // The next items for a thread, of its own share or else of another's; an
  // empty range when none are left. Less and less at a time, but at least
  // `grain`; only the last items end at other than a multiple of it.
  Range take(uint32_t thread);

 private:
  // What is left of a share, on a cache line of its own.
  struct alignas(64) Share {
    std::atomic<int64_t> next{0};
    int64_t end = 0;
  };
  Range take_from(Share& share) const;

  const uint32_t threads_;
  const std::unique_ptr<Share[]> shares_;
  int64_t grain_ = 1;
};

}  // namespace mamba
