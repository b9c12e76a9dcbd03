// What is found wrong with a dispatch, in words, with the place in the source.
#pragma once

#include <cstdarg>
#include <cstdint>
#include <mutex>
#include <set>
#include <string>
#include <utility>

#include "simulator/runtime/simulator.h"

namespace simulator {

// Whom a finding is about.
struct Culprit {
  const uint32_t* threadgroup = nullptr;  // x, y, z; null = the dispatch
  uint32_t thread = 0;                    // in its threadgroup
};

// Findings of one dispatch; cores may add at the same time. What is found
// again at the same place is counted only.
class Report {
 public:
  Report(const char* kernel, Findings* findings)
      : kernel_(kernel), findings_(findings) {}

  void add(const char* kind, const Culprit& culprit, const void* pc,
           const char* format, ...) __attribute__((format(printf, 5, 6)));

 private:
  const char* kernel_;
  Findings* findings_;
  std::mutex mutex_;
  std::set<std::pair<std::string, const void*>> seen_;
};

// "softmax.metal:12" for an address in a kernel, as far as it is known.
std::string source_place(const void* pc);

}  // namespace simulator
