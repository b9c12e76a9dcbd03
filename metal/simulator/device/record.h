// What the simulated device has done and found, for control.h.
#pragma once

#include <cstdint>
#include <string>

#include "simulator/runtime/simulator.h"

namespace simulator {

struct Done {
  uint64_t command_buffers = 0;
  uint64_t dispatches = 0;
  uint64_t blits = 0;
  uint64_t findings = 0;
};

// Any thread.
class Record {
 public:
  static Record& instance();

  void add_command_buffer(uint64_t dispatches, uint64_t blits);
  void add_findings(const Findings& findings);
  void clear_findings();
  Done done() const;
  std::string findings() const;

  void start_profile();
  void stop_profile();
  bool is_profiling() const;
  // `waits`: something orders the dispatch after those before it.
  void add_profile(const std::string& kernel, const Profile& profile,
                   bool waits);
  std::string profile_json() const;

 private:
  struct Impl;
  Record();
  Impl* impl_;  // as long as the process
};

}  // namespace simulator
