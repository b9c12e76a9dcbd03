// The cores of the simulated GPU: threads of the machine that share out the
// threadgroups of a dispatch.
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "simulator/runtime/core.h"

namespace simulator {

class Crew {
 public:
  // `cores` is the most that run() uses, the caller's thread included.
  explicit Crew(unsigned cores);
  ~Crew();
  Crew(const Crew&) = delete;
  Crew& operator=(const Crew&) = delete;

  // Runs that many threadgroups of the job, the others once a short time has
  // shown that it is worth waking them.
  void run(const Job& job, uint64_t threadgroups);
  // Sums over the cores that took part.
  uint64_t barriers() const;
  std::size_t static_bytes() const;

 private:
  void start_threads();
  void live(unsigned index);
  void work(Core& core, bool may_wake);
  uint64_t shuffled(uint64_t index) const;
  void wake();

  std::vector<std::unique_ptr<Core>> cores_;
  std::vector<bool> took_part_;
  std::vector<std::thread> threads_;

  const Job* job_ = nullptr;
  uint64_t count_ = 0, chunk_ = 1, step_ = 1;
  std::atomic<uint64_t> next_{0};
  std::atomic<bool> failed_{false};

  std::mutex mutex_;
  std::condition_variable woken_, done_;
  uint64_t rounds_ = 0;
  bool open_ = false;  // others may still join the round
  bool ended_ = false;
  unsigned busy_ = 0;
};

}  // namespace simulator
