#include "core/work_shares.h"

#include <algorithm>

namespace mamba {

WorkShares::WorkShares(uint32_t threads)
    : threads_(threads), shares_(new Share[threads]) {}

void WorkShares::start(int64_t items, int64_t grain) {
  grain_ = grain;
  for (uint32_t i = 0; i < threads_; ++i) {
    const Range range = split_range(items, grain, i, threads_);
    shares_[i].next.store(range.begin, std::memory_order_relaxed);
    shares_[i].end = range.end;
  }
}

Range WorkShares::take(uint32_t thread) {
  for (uint32_t i = 0; i < threads_; ++i) {
    const Range range = take_from(shares_[(thread + i) % threads_]);
    if (range.begin < range.end) return range;
  }
  return {};
}

Range WorkShares::take_from(Share& share) const {
  int64_t begin = share.next.load(std::memory_order_relaxed);
  int64_t end = 0;
  do {
    const int64_t left = share.end - begin;
    if (left <= 0) return {};
    const int64_t some = std::max(grain_, left / 4 / grain_ * grain_);
    end = begin + std::min(left, some);
  } while (
      !share.next.compare_exchange_weak(begin, end, std::memory_order_relaxed));
  return {begin, end};
}

}  // namespace mamba
