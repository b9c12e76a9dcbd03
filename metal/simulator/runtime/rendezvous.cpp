// Where threads wait for each other.

#include "simulator/runtime/checker.h"
#include "simulator/runtime/core.h"

namespace simulator {

// The thread that runs waits; false when it has been picked again. Nearly
// always the next lane of its SIMD-group, in a circle, waits to go on.
inline bool Core::park() {
  Group& group = *group_;
  const uint32_t runnable = group.runnable;
  if (!in_order_ || group.unstarted != 0 || runnable == 0) {
    return park_slowly();
  }
  const uint32_t lane = mtl_here.lane;
  const uint32_t later = runnable & (~1u << lane);
  const int next = __builtin_ctz(later != 0 ? later : runnable);
  group.runnable = runnable & ~(1u << next);
  mtl_here.lane = static_cast<uint32_t>(next);
  return simulator_switch(&group.stacks[lane], group.stacks[next]);
}

inline bool Core::meet(const void* site) {
  Group& group = *group_;
  const uint32_t bit = 1u << mtl_here.lane;
  const uint32_t waiting = group.waiting;
  if (waiting != 0 && group.site != site) report_divergence(site);
  group.site = site;
  group.waiting = waiting | bit;
  if ((waiting | bit) != group.lanes) {
    return park();
  }
  group.waiting = 0;
  group.runnable = group.lanes & ~bit;
  ++group.round;
  return true;
}

void Core::report_divergence(const void* site) {
  job_->report->add("divergence", culprit(), site,
                    "calls another SIMD-group function than lane %d, which "
                    "waits at %s",
                    __builtin_ctz(group_->waiting),
                    source_place(group_->site).c_str());
  abandon();
}

void Core::barrier(mtl_barrier_kind kind, int memory, const void* site) {
  if (kind == B_SIMDGROUP) {
    const bool last = meet(site);
    if (last && job_->checker != nullptr) {
      job_->checker->simdgroup_barrier(memory, thread() / kSimdWidth);
    }
    return;
  }
  if (at_barrier_ == 0) {
    barrier_site_ = site;
  } else if (barrier_site_ != site) {
    job_->report->add("divergence", culprit(), site,
                      "is at another barrier than other threads of its "
                      "threadgroup, which wait at %s",
                      source_place(barrier_site_).c_str());
    abandon();
  }
  group_->at_barrier |= 1u << mtl_here.lane;
  if (++at_barrier_ == threads_) {
    release_barrier(memory);
  } else {
    park();
  }
}

void Core::release_barrier(int memory) {
  at_barrier_ = 0;
  ++barriers_;
  for (uint32_t i = 0; i < group_count_; ++i) {
    groups_[i].runnable = groups_[i].at_barrier;
    groups_[i].at_barrier = 0;
  }
  if (job_->checker != nullptr) job_->checker->threadgroup_barrier(memory);
  group_->runnable &= ~(1u << mtl_here.lane);
}

// Nobody can run, and some have not finished.
void Core::report_stuck() {
  for (uint32_t i = 0; i < group_count_; ++i) {
    Group& group = groups_[i];
    if (group.waiting == 0) continue;
    const uint32_t returned = group.lanes & ~group.waiting & ~group.at_barrier;
    group_ = &group;
    mtl_here = {&group, static_cast<uint32_t>(__builtin_ctz(group.waiting))};
    job_->report->add(
        "divergence", culprit(), group.site,
        "lanes %08x call a SIMD-group function that lanes %08x "
        "do not call: %s",
        group.waiting, group.lanes & ~group.waiting,
        returned != 0 ? "they have returned" : "they wait at a barrier");
    abandoned_ = true;
    return;
  }
  for (uint32_t i = 0; i < group_count_; ++i) {
    if (groups_[i].at_barrier == 0) continue;
    group_ = &groups_[i];
    mtl_here = {group_,
                static_cast<uint32_t>(__builtin_ctz(group_->at_barrier))};
    break;
  }
  job_->report->add("divergence", culprit(), barrier_site_,
                    "waits at a barrier to which %u of %u threads do not come: "
                    "they have returned",
                    finished_, threads_);
  abandoned_ = true;
}

Culprit Core::culprit() const { return Culprit{group_in_grid_, thread()}; }

bool Core::owns(const void* memory) const {
  const char* at = static_cast<const char*>(memory);
  const auto within = [at](const auto& object) {
    const char* begin = reinterpret_cast<const char*>(&object);
    return at >= begin && at < begin + sizeof object;
  };
  return within(*this) || within(mtl_here);
}

}  // namespace simulator

extern "C" {

bool mtl_rendezvous() {
  return simulator::Core::running()->meet(__builtin_return_address(0));
}

void mtl_barrier(mtl_barrier_kind kind, int memory) {
  simulator::Core::running()->barrier(kind, memory,
                                      __builtin_return_address(0));
}

void* mtl_threadgroup_variable(const void* site, std::size_t bytes,
                               std::size_t align) {
  return simulator::Core::running()->variable(site, bytes, align);
}

void mtl_undefined(const char* what, long value) {
  simulator::Core& core = *simulator::Core::running();
  core.job().report->add("undefined", core.culprit(),
                         __builtin_return_address(0), "%s %ld", what, value);
}

void mtl_touch(const void* memory, unsigned bytes, int kind, unsigned lanes,
               const void* pc) {
  // Static objects of the kernels' files are instrumented as well.
  simulator::Core* core = simulator::Core::running();
  if (core == nullptr) return;
  core->job().checker->access(*core, memory, bytes, kind, lanes, pc);
}
}
