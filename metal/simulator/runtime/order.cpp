// Which accesses are ordered, and what is said of those that are not.
#include "simulator/runtime/checker.h"

#include <cstdio>

namespace simulator {

// Whether an access matters: those of dispatches before a barrier of the
// encoder, and those of another threadgroup to its own memory, do not.
bool Checker::in_scope(const Stamp& before, Space space) const {
  return before.clock >=
         (space == kThreadgroup ? threadgroup_begin_ : scope_begin_);
}

bool Checker::write_ordered(const Stamp& before, const Access& access) const {
  const Space space = access.range.space;
  if (!in_scope(before, space)) return true;
  if (before.clock < threadgroup_begin_) return false;
  if (before.thread == access.thread) return true;
  if (before.clock < barrier_[space]) return true;
  const uint32_t simdgroup = access.thread / kSimdWidth;
  return before.thread / kSimdWidth == simdgroup &&
         before.clock < simd_barrier_[space][simdgroup];
}

bool Checker::reads_ordered(const Stamp& before, const Access& access) const {
  const Space space = access.range.space;
  if (!in_scope(before, space)) return true;
  if (before.readers == kAll || before.clock < threadgroup_begin_) return false;
  if (before.clock < barrier_[space]) return true;
  const uint32_t simdgroup = access.thread / kSimdWidth;
  if (before.readers == kSameThreadgroup ||
      before.thread / kSimdWidth != simdgroup) {
    return false;
  }
  if (before.clock < simd_barrier_[space][simdgroup]) return true;
  return before.readers == kOne && before.thread == access.thread;
}

// Who has read, now that this thread does too.
Readers Checker::readers_with(const Stamp& before, const Access& access) const {
  const Space space = access.range.space;
  if (before.mask == 0 || !in_scope(before, space)) return kOne;
  if (before.readers == kAll || before.clock < threadgroup_begin_) return kAll;
  if (before.clock < barrier_[space]) return kOne;
  const uint32_t simdgroup = access.thread / kSimdWidth;
  if (before.readers == kSameThreadgroup ||
      before.thread / kSimdWidth != simdgroup) {
    return kSameThreadgroup;
  }
  if (before.clock < simd_barrier_[space][simdgroup]) return kOne;
  const bool same = before.thread == access.thread;
  return before.readers == kOne && same ? kOne : kSameSimdgroup;
}

void Checker::report_race(const Access& access, const char* at,
                          const Stamp& other, const char* what) const {
  const Range& range = access.range;
  const bool device = range.space == kDevice;
  char who[120];
  const char* missing = "no barrier is between them";
  if (other.clock < dispatch_begin_) {
    std::snprintf(who, sizeof who, "an earlier dispatch");
    missing = "no memory barrier is between the dispatches";
  } else if (other.clock < threadgroup_begin_) {
    std::snprintf(who, sizeof who, "another threadgroup of the dispatch");
    missing = "nothing orders threadgroups";
  } else {
    std::snprintf(who, sizeof who, "thread %u",
                  static_cast<unsigned>(other.thread));
    if (other.clock < barrier_[device ? kThreadgroup : kDevice]) {
      missing = device ? "the barrier between them lacks mem_device"
                       : "the barrier between them lacks mem_threadgroup";
    }
  }
  char where[160];
  if (device) {
    std::snprintf(where, sizeof where, "byte %td of buffer(%d) '%s'",
                  at - range.begin, range.index, range.name);
  } else {
    std::snprintf(where, sizeof where, "byte %td of threadgroup memory",
                  at - range.begin);
  }
  access.core.job().report->add(
      "race", access.core.culprit(), access.pc, "%s %s, %s by %s: %s",
      access.writes() ? "writes" : "reads", where, what, who, missing);
}

}  // namespace simulator
