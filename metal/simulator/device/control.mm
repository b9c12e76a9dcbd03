#include "simulator/device/control.h"

#include <cstring>
#include <string>

#import "simulator/device/objects.h"
#include "simulator/device/record.h"
#include "simulator/device/work.h"
#include "simulator/objc/runtime.h"

using simulator::Record;

namespace {

uint64_t give(const std::string& value, char* text, uint64_t capacity) {
  const uint64_t needed = value.size() + 1;
  if (text != nullptr && capacity >= needed) {
    std::memcpy(text, value.c_str(), needed);
  }
  return needed;
}

}  // namespace

void simulator_counts(SimulatorCounts* counts) {
  const simulator::Done done = Record::instance().done();
  counts->live_objects = static_cast<uint64_t>(objc::live_objects());
  counts->unpooled = static_cast<uint64_t>(objc::unpooled_objects());
  counts->command_buffers = done.command_buffers;
  counts->dispatches = done.dispatches;
  counts->blits = done.blits;
  counts->unfinished = simulator::unfinished_work();
  counts->findings = done.findings;
  counts->buffer_bytes = simulator::allocated_bytes();
}

uint64_t simulator_objects(char* text, uint64_t capacity) {
  return give(objc::live_object_names() + "\n" + objc::unpooled_object_names(),
              text, capacity);
}

uint64_t simulator_findings(char* text, uint64_t capacity) {
  return give(Record::instance().findings(), text, capacity);
}

void simulator_clear_findings(void) { Record::instance().clear_findings(); }

uint32_t simulator_is_checked(void) { return simulator::is_checked() ? 1 : 0; }

void simulator_set_schedule(uint32_t seed) { simulator::set_schedule(seed); }

void simulator_declare(void* encoder, uint32_t index, uint64_t bytes,
                       uint32_t writes) {
  [(__bridge SimulatedComputeEncoder*)encoder declare:bytes
                                               writes:writes != 0
                                              atIndex:index];
}

void simulator_profile_start(void) { Record::instance().start_profile(); }
void simulator_profile_stop(void) { Record::instance().stop_profile(); }
uint64_t simulator_profile_read(char* json, uint64_t capacity) {
  return give(Record::instance().profile_json(), json, capacity);
}
