#include "simulator/device/record.h"

#include <algorithm>
#include <map>
#include <mutex>

namespace simulator {
namespace {

struct Total {
  uint64_t dispatches = 0;
  uint64_t waits = 0;
  Profile profile;
};

void add(Profile* sum, const Profile& more) {
  sum->threadgroups += more.threadgroups;
  sum->threads += more.threads;
  sum->bytes_read += more.bytes_read;
  sum->bytes_written += more.bytes_written;
  sum->bytes_requested += more.bytes_requested;
  sum->lane_accesses += more.lane_accesses;
  sum->lane_slots += more.lane_slots;
  sum->flops += more.flops;
  sum->barriers += more.barriers;
  sum->threadgroup_bytes =
      std::max(sum->threadgroup_bytes, more.threadgroup_bytes);
}

// Kernels have names of letters, digits and underscores.
std::string json_of(const std::string& kernel, const Total& total) {
  std::string text = "{\"kernel\":\"" + kernel + "\"";
  const auto field = [&text](const char* name, uint64_t value) {
    text += ",\"" + std::string(name) + "\":" + std::to_string(value);
  };
  const Profile& profile = total.profile;
  field("dispatches", total.dispatches);
  field("waits", total.waits);
  field("threadgroups", profile.threadgroups);
  field("threads", profile.threads);
  field("bytesRead", profile.bytes_read);
  field("bytesWritten", profile.bytes_written);
  field("bytesRequested", profile.bytes_requested);
  field("laneAccesses", profile.lane_accesses);
  field("laneSlots", profile.lane_slots);
  field("flops", profile.flops);
  field("barriers", profile.barriers);
  field("threadgroupBytes", profile.threadgroup_bytes);
  return text + "}";
}

}  // namespace

struct Record::Impl {
  mutable std::mutex mutex;
  Done done;
  std::string findings;
  bool is_profiling = false;
  std::map<std::string, Total> totals;
};

Record& Record::instance() {
  static auto* record = new Record();
  return *record;
}

Record::Record() : impl_(new Impl()) {}

void Record::add_command_buffer(uint64_t dispatches, uint64_t blits) {
  const std::lock_guard<std::mutex> lock(impl_->mutex);
  ++impl_->done.command_buffers;
  impl_->done.dispatches += dispatches;
  impl_->done.blits += blits;
}

void Record::add_findings(const Findings& findings) {
  const std::lock_guard<std::mutex> lock(impl_->mutex);
  impl_->done.findings += static_cast<uint64_t>(findings.count);
  impl_->findings += findings.text;
}

void Record::clear_findings() {
  const std::lock_guard<std::mutex> lock(impl_->mutex);
  impl_->done.findings = 0;
  impl_->findings.clear();
}

Done Record::done() const {
  const std::lock_guard<std::mutex> lock(impl_->mutex);
  return impl_->done;
}

std::string Record::findings() const {
  const std::lock_guard<std::mutex> lock(impl_->mutex);
  return impl_->findings;
}

void Record::start_profile() {
  const std::lock_guard<std::mutex> lock(impl_->mutex);
  impl_->totals.clear();
  impl_->is_profiling = true;
}

void Record::stop_profile() {
  const std::lock_guard<std::mutex> lock(impl_->mutex);
  impl_->is_profiling = false;
}

bool Record::is_profiling() const {
  const std::lock_guard<std::mutex> lock(impl_->mutex);
  return impl_->is_profiling;
}

void Record::add_profile(const std::string& kernel, const Profile& profile,
                         bool waits) {
  const std::lock_guard<std::mutex> lock(impl_->mutex);
  Total& total = impl_->totals[kernel];
  ++total.dispatches;
  total.waits += waits ? 1 : 0;
  add(&total.profile, profile);
}

std::string Record::profile_json() const {
  const std::lock_guard<std::mutex> lock(impl_->mutex);
  std::string text;
  for (const auto& [kernel, total] : impl_->totals) {
    text += (text.empty() ? "" : ",") + json_of(kernel, total);
  }
  return "[" + text + "]";
}

}  // namespace simulator
