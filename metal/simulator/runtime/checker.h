// Checked mode: looks at every access to memory that an instrumented kernel
// makes, in the order of a logical clock that advances at barriers.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "simulator/runtime/core.h"
#include "simulator/runtime/shadow.h"

namespace simulator {

class Checker {
 public:
  // The buffers of a dispatch; what follows is checked against them.
  void begin_dispatch(const Job& job);
  void end_dispatch(Profile* profile) const;
  void begin_threadgroup(const Core& core);
  void end_threadgroup();
  void add_threadgroup_memory(const char* memory, std::size_t bytes);
  void threadgroup_barrier(int memory);
  void simdgroup_barrier(int memory, uint32_t simdgroup);

  // An access by the thread that runs on the core. Returns if it may be made.
  void access(Core& core, const void* memory, unsigned bytes, int kind,
              unsigned lanes, const void* pc);

 private:
  enum Space { kDevice, kThreadgroup };
  struct Range {
    const char* begin;
    const char* end;
    Space space;
    bool writable;
    int index;  // of the buffer
    const char* name;
  };
  struct Access {
    Core& core;
    const Range& range;
    int kind;
    uint32_t thread;
    const void* pc;
    bool reads() const { return (kind & M_READ) != 0; }
    bool writes() const { return (kind & M_WRITE) != 0; }
    bool atomic() const { return (kind & M_ATOMIC) != 0; }
  };

  const Range* range_of(const char* begin, unsigned bytes, bool write);
  [[noreturn]] void refuse(Core& core, const char* at, unsigned bytes,
                           bool write, const void* pc) const;
  void check(const Access& access, const char* at, unsigned mask);
  void write(const Access& access, Cell& cell, unsigned mask);
  void read(const Access& access, Cell& cell, unsigned mask);
  void check_written(const Access& access, Cell& cell, unsigned mask);
  void report_race(const Access& access, const char* at, const Stamp& other,
                   const char* what) const;
  bool in_scope(const Stamp& before, Space space) const;
  bool write_ordered(const Stamp& before, const Access& access) const;
  bool reads_ordered(const Stamp& before, const Access& access) const;
  Readers readers_with(const Stamp& before, const Access& access) const;
  Stamp stamp(const Access& access, unsigned mask) const;
  void count(const Access& access, unsigned bytes, unsigned lanes);

  // Moments of the clock, which advances where accesses become ordered.
  uint32_t clock_ = 1;
  uint32_t scope_begin_ = 1;  // dispatches without a barrier between them
  uint32_t dispatch_begin_ = 1;
  uint32_t threadgroup_begin_ = 1;
  uint32_t barrier_[2] = {};  // the last one that orders a space
  uint32_t simd_barrier_[2][kMostThreads / kSimdWidth] = {};

  const Core* core_ = nullptr;
  std::vector<Range> ranges_;
  const Range* latest_ = nullptr;
  Profile profile_;
  uint32_t lane_accesses_[kMostThreads] = {};
  uint64_t threadgroup_ = 0;  // how many have run, for messages
  ShadowMemory shadow_;
};

}  // namespace simulator
