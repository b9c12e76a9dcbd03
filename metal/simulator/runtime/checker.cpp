#include "simulator/runtime/checker.h"

#include <algorithm>

// The image that holds the kernels; the linker knows its ends.
extern "C" const char __ehdr_start __attribute__((visibility("hidden")));
extern "C" const char _end __attribute__((visibility("hidden")));

uint64_t mtl_flops = 0;

namespace simulator {
namespace {

constexpr int kMemory[2] = {1, 2};  // flags of a barrier: device, threadgroup

// Tables that a kernel's file declares as constant.
bool in_program(const char* at) { return at >= &__ehdr_start && at < &_end; }

}  // namespace

void Checker::begin_dispatch(const Job& job) {
  if (clock_ > 0xf0000000u) {
    shadow_.clear();
    clock_ = 1;
    std::fill(std::begin(barrier_), std::end(barrier_), 0);
    for (auto& times : simd_barrier_) {
      std::fill(std::begin(times), std::end(times), 0);
    }
  }
  dispatch_begin_ = ++clock_;
  if (!job.dispatch->concurrent) scope_begin_ = clock_;
  ranges_.clear();
  latest_ = nullptr;
  profile_ = Profile();
  mtl_flops = 0;
  for (int i = 0; i < job.kernel->argument_count; ++i) {
    const mtl_argument& argument = job.kernel->arguments[i];
    if (argument.attribute != A_BUFFER) continue;
    const Binding& bound = job.dispatch->buffers[argument.index];
    const char* data = static_cast<const char*>(bound.data);
    const bool writable =
        argument.space == S_DEVICE && !argument.is_const && bound.writable;
    ranges_.push_back({data, data + bound.bytes, kDevice, writable,
                       argument.index, argument.name});
  }
}

void Checker::add_threadgroup_memory(const char* memory, std::size_t bytes) {
  ranges_.push_back({memory, memory + bytes, kThreadgroup, true, 0, ""});
  latest_ = nullptr;
}

void Checker::begin_threadgroup(const Core& core) {
  core_ = &core;
  threadgroup_begin_ = ++clock_;
  ++threadgroup_;
}

void Checker::end_threadgroup() {
  for (uint32_t first = 0; first < core_->threads(); first += kSimdWidth) {
    uint32_t most = 0;
    for (uint32_t lane = first; lane < first + kSimdWidth; ++lane) {
      profile_.lane_accesses += lane_accesses_[lane];
      most = std::max(most, lane_accesses_[lane]);
      lane_accesses_[lane] = 0;
    }
    profile_.lane_slots += uint64_t{most} * kSimdWidth;
  }
}

void Checker::end_dispatch(Profile* profile) const {
  profile->bytes_read = profile_.bytes_read;
  profile->bytes_written = profile_.bytes_written;
  profile->bytes_requested = profile_.bytes_requested;
  profile->lane_accesses = profile_.lane_accesses;
  profile->lane_slots = profile_.lane_slots;
  profile->flops = mtl_flops;
}

void Checker::threadgroup_barrier(int memory) {
  ++clock_;
  for (const int space : {kDevice, kThreadgroup}) {
    if ((memory & kMemory[space]) != 0) barrier_[space] = clock_;
  }
}

void Checker::simdgroup_barrier(int memory, uint32_t simdgroup) {
  ++clock_;
  for (const int space : {kDevice, kThreadgroup}) {
    if ((memory & kMemory[space]) == 0) continue;
    simd_barrier_[space][simdgroup] = clock_;
  }
}

// ------------------------------------------------------------ one access

void Checker::access(Core& core, const void* memory, unsigned bytes, int kind,
                     unsigned lanes, const void* pc) {
  const char* at = static_cast<const char*>(memory);
  if (core.stacks().contains(at)) {
    if (core.stacks().same(at, __builtin_frame_address(0))) return;
    core.job().report->add("private", core.culprit(), pc,
                           "%s the private memory of another thread",
                           (kind & M_WRITE) != 0 ? "writes" : "reads");
    return;
  }
  if (core.owns(at)) return;
  const bool write = (kind & M_WRITE) != 0;
  const Range* range = range_of(at, bytes, write);
  if (range == nullptr) {
    if (!write && in_program(at)) return;
    refuse(core, at, bytes, write, pc);
  }
  const Access access = {core, *range, kind, core.thread(), pc};
  count(access, bytes, lanes);
  for (const char* end = at + bytes; at < end;) {
    const bool odd = reinterpret_cast<uintptr_t>(at) % 2 != 0;
    const unsigned mask = odd ? 2 : end - at > 1 ? 3 : 1;
    check(access, at, mask);
    at += mask == 3 ? 2 : 1;
  }
}

// The range that holds all the bytes, one that may be written to if they are.
const Checker::Range* Checker::range_of(const char* begin, unsigned bytes,
                                        bool write) {
  const auto fits = [=](const Range& range) {
    return begin >= range.begin && begin + bytes <= range.end &&
           (range.writable || !write);
  };
  if (latest_ != nullptr && fits(*latest_)) return latest_;
  for (const Range& range : ranges_) {
    if (fits(range)) return latest_ = &range;
  }
  return nullptr;
}

// What the access would do to the memory of the process is not waited for.
void Checker::refuse(Core& core, const char* at, unsigned bytes, bool write,
                     const void* pc) const {
  Report& report = *core.job().report;
  const char* verb = write ? "writes" : "reads";
  const Range* nearest = nullptr;
  const auto distance = [at](const Range& range) {
    return at < range.begin ? range.begin - at : at - range.end;
  };
  for (const Range& range : ranges_) {
    const bool inside = at >= range.begin && at + bytes <= range.end;
    if (inside) {
      report.add("constant", core.culprit(), pc,
                 "writes buffer(%d) '%s', which is constant, const or "
                 "declared by the host as only read",
                 range.index, range.name);
      core.abandon();
    }
    if (nearest == nullptr || distance(range) < distance(*nearest)) {
      nearest = &range;
    }
  }
  if (nearest == nullptr) {
    report.add("bounds", core.culprit(), pc, "%s %u bytes of no buffer", verb,
               bytes);
  } else if (nearest->space == kThreadgroup) {
    report.add("bounds", core.culprit(), pc,
               "%s %u bytes at byte %td of threadgroup memory of %td bytes",
               verb, bytes, at - nearest->begin, nearest->end - nearest->begin);
  } else {
    report.add("bounds", core.culprit(), pc,
               "%s %u bytes at byte %td of buffer(%d) '%s', of which %td bytes "
               "are bound",
               verb, bytes, at - nearest->begin, nearest->index, nearest->name,
               nearest->end - nearest->begin);
  }
  core.abandon();
}

void Checker::count(const Access& access, unsigned bytes, unsigned lanes) {
  if (access.range.space != kDevice) return;
  profile_.bytes_requested += bytes;
  if (lanes == 1) {
    ++lane_accesses_[access.thread];
  } else {
    profile_.lane_accesses += lanes;
    profile_.lane_slots += lanes;
  }
}

// Two bytes, of which the mask says which are meant.
void Checker::check(const Access& access, const char* at, unsigned mask) {
  Cell& cell = shadow_.cell(at);
  const auto conflicts = [&](const Stamp& before, bool ordered) {
    const bool both_atomic = access.atomic() && before.atomic;
    return (before.mask & mask) != 0 && !both_atomic && !ordered;
  };
  if (conflicts(cell.write, write_ordered(cell.write, access))) {
    report_race(access, at, cell.write, "written");
    cell.write = Stamp();
  }
  if (access.writes() &&
      conflicts(cell.read, reads_ordered(cell.read, access))) {
    report_race(access, at, cell.read, "read");
    cell.read = Stamp();
  }
  if (access.reads()) read(access, cell, mask);
  if (access.writes()) write(access, cell, mask);
}

Stamp Checker::stamp(const Access& access, unsigned mask) const {
  Stamp stamp = {};
  stamp.clock = clock_;
  stamp.thread = access.thread;
  stamp.atomic = access.atomic();
  stamp.mask = mask;
  stamp.group = threadgroup_ & 0x7fff;
  return stamp;
}

void Checker::write(const Access& access, Cell& cell, unsigned mask) {
  const Stamp before = cell.write;
  Stamp& now = cell.write;
  now = stamp(access, mask);
  if (before.clock == now.clock && before.thread == now.thread &&
      before.atomic == now.atomic) {
    now.mask |= before.mask;
  }
  const bool device = access.range.space == kDevice;
  const uint32_t begin = device ? dispatch_begin_ : threadgroup_begin_;
  const unsigned known = before.clock >= begin ? before.counted : 0;
  now.counted = known | mask;
  if (device) {
    profile_.bytes_written += __builtin_popcount(mask & ~known);
  }
}

void Checker::read(const Access& access, Cell& cell, unsigned mask) {
  const Stamp before = cell.read;
  const bool device = access.range.space == kDevice;
  const unsigned known = before.clock >= dispatch_begin_ ? before.counted : 0;
  if (device) {
    profile_.bytes_read += __builtin_popcount(mask & ~known);
  } else {
    check_written(access, cell, mask);
  }
  const Readers readers = readers_with(before, access);
  const bool again = before.clock == clock_ && before.thread == access.thread;
  cell.read =
      stamp(access, readers != kOne || again ? mask | before.mask : mask);
  cell.read.readers = readers;
  cell.read.atomic &= readers == kOne || before.atomic;
  cell.read.counted = known | mask;
}

void Checker::check_written(const Access& access, Cell& cell, unsigned mask) {
  Stamp& write = cell.write;
  const unsigned written =
      write.clock >= threadgroup_begin_ ? write.counted : 0;
  if ((written & mask) == mask) return;
  access.core.job().report->add(
      "uninitialised", access.core.culprit(), access.pc,
      "reads threadgroup memory that no thread has written");
  write = stamp(access, 0);
  write.counted = 3;  // said once
}

}  // namespace simulator
