#include "simulator/runtime/crew.h"

#include <algorithm>
#include <chrono>
#include <numeric>
#include <system_error>

namespace simulator {
namespace {

using Clock = std::chrono::steady_clock;

// Waking a thread takes about as long.
constexpr std::chrono::microseconds kAlone{30};

}  // namespace

Crew::Crew(unsigned cores) : took_part_(cores) {
  for (unsigned i = 0; i < cores; ++i) {
    cores_.push_back(std::make_unique<Core>());
  }
}

Crew::~Crew() {
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    ended_ = true;
  }
  woken_.notify_all();
  for (std::thread& thread : threads_) thread.join();
}

void Crew::start_threads() {
  try {
    while (threads_.size() + 1 < cores_.size()) {
      const unsigned index = static_cast<unsigned>(threads_.size()) + 1;
      threads_.emplace_back([this, index] { live(index); });
    }
  } catch (const std::system_error&) {
    // The machine gives no more: those that are there do the work.
  }
}

void Crew::live(unsigned index) {
  uint64_t seen = 0;
  std::unique_lock<std::mutex> lock(mutex_);
  for (;;) {
    woken_.wait(lock, [&] { return ended_ || rounds_ != seen; });
    if (ended_) return;
    seen = rounds_;
    if (!open_) continue;
    ++busy_;
    took_part_[index] = true;
    lock.unlock();
    cores_[index]->begin(*job_);
    work(*cores_[index], false);
    cores_[index]->end();
    lock.lock();
    if (--busy_ == 0) done_.notify_one();
  }
}

void Crew::run(const Job& job, uint64_t threadgroups) {
  job_ = &job;
  count_ = threadgroups;
  chunk_ = std::clamp<uint64_t>(threadgroups / (cores_.size() * 16), 1, 64);
  step_ = 1;
  if (job.schedule != 0) {
    step_ = job.schedule % count_ + 1;
    while (std::gcd(step_, count_) != 1) ++step_;
  }
  next_ = 0;
  failed_ = false;
  std::fill(took_part_.begin(), took_part_.end(), false);
  took_part_[0] = true;
  cores_[0]->begin(job);
  work(*cores_[0], cores_.size() > 1);
  cores_[0]->end();
  std::unique_lock<std::mutex> lock(mutex_);
  open_ = false;
  done_.wait(lock, [this] { return busy_ == 0; });
}

void Crew::work(Core& core, bool may_wake) {
  const Clock::time_point start = Clock::now();
  while (!failed_) {
    const uint64_t first = next_.fetch_add(chunk_);
    if (first >= count_) return;
    const uint64_t last = std::min(first + chunk_, count_);
    for (uint64_t i = first; i < last; ++i) {
      if (!core.run(shuffled(i))) {
        failed_ = true;
        return;
      }
      if (may_wake && i + 1 < count_ && Clock::now() - start > kAlone) {
        may_wake = false;
        wake();
      }
    }
  }
}

// In order, or all of them in another order.
uint64_t Crew::shuffled(uint64_t index) const {
  if (job_->schedule == 0) return index;
  return (index * step_ + job_->schedule) % count_;
}

void Crew::wake() {
  if (threads_.empty()) start_threads();
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    ++rounds_;
    open_ = true;
  }
  woken_.notify_all();
}

uint64_t Crew::barriers() const {
  uint64_t sum = 0;
  for (std::size_t i = 0; i < cores_.size(); ++i) {
    if (took_part_[i]) sum += cores_[i]->barriers();
  }
  return sum;
}

std::size_t Crew::static_bytes() const {
  std::size_t most = 0;
  for (std::size_t i = 0; i < cores_.size(); ++i) {
    if (took_part_[i]) most = std::max(most, cores_[i]->static_bytes());
  }
  return most;
}

}  // namespace simulator
