#include <time.h>

#include <cstring>

#include "simulator/device/environment.h"
#include "simulator/device/misuse.h"
#import "simulator/device/objects.h"
#include "simulator/device/record.h"
#import "simulator/device/work.h"

using simulator::misuse;

NSErrorDomain const MTLCommandBufferErrorDomain =
    @"MTLCommandBufferErrorDomain";

namespace {

struct Failure {
  MTLCommandBufferError code = MTLCommandBufferErrorNone;
  std::string text;
};

CFTimeInterval now() {
  timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return double(time.tv_sec) + 1e-9 * double(time.tv_nsec);
}

// Counts from when the variable is set.
bool is_to_fail() {
  static uint64_t wanted = 0, count = 0;
  const uint64_t which = simulator::failing_command_buffer();
  if (which != wanted) count = 0;
  wanted = which;
  return ++count == which;
}

constexpr const char* kAborted =
    "Execution of the command buffer was aborted due to an error during "
    "execution. ";

}  // namespace

@implementation SimulatedCommandBuffer {
  bool _retains, _open, _committed;
  std::vector<simulator::Command> _commands;
  std::unordered_set<const void*> _resources;
  std::vector<id> _retained;
  std::deque<std::vector<char>> _bytes;
  std::vector<std::pair<SimulatedEvent*, uint64_t>> _signals;
  std::vector<MTLCommandBufferHandler> _scheduled, _completed;
  std::atomic<MTLCommandBufferStatus> _status;
  NSError* _error;
  CFTimeInterval _start, _end;
}

- (instancetype)initWithQueue:(SimulatedQueue*)queue retains:(BOOL)retains {
  self = [super initWithDevice:queue.device];
  _queue = queue;
  _retains = retains;
  _progress = std::make_shared<simulator::Progress>();
  ++_queue->_outstanding;
  return self;
}
- (void)dealloc {
  if (_committed) return;
  [self releaseResources];
  --_queue->_outstanding;
}

- (void)add:(const simulator::Command&)command {
  _commands.push_back(command);
}
- (void)use:(SimulatedBuffer*)buffer {
  if (!_resources.insert((__bridge void*)buffer).second) return;
  if (_retains) {
    _retained.push_back(buffer);
  } else {
    ++buffer->_users;
  }
}
- (char*)keep:(const void*)bytes length:(NSUInteger)length {
  const auto* begin = static_cast<const char*>(bytes);
  return _bytes.emplace_back(begin, begin + length).data();
}
- (void)encoderHasEnded {
  _open = false;
}

- (void)mustEncode:(const char*)what {
  if (_committed) misuse("%s after commit", what);
  if (_open) misuse("%s while an encoder is open", what);
}
- (id<MTLComputeCommandEncoder>)computeCommandEncoder {
  return [self computeCommandEncoderWithDispatchType:MTLDispatchTypeSerial];
}
- (id<MTLComputeCommandEncoder>)computeCommandEncoderWithDispatchType:
    (MTLDispatchType)type {
  [self mustEncode:"computeCommandEncoder"];
  _open = true;
  return [[SimulatedComputeEncoder alloc] initWithBuffer:self type:type];
}
- (id<MTLBlitCommandEncoder>)blitCommandEncoder {
  [self mustEncode:"blitCommandEncoder"];
  _open = true;
  return [[SimulatedBlitEncoder alloc] initWithBuffer:self];
}
- (void)encodeSignalEvent:(id<MTLEvent>)event value:(uint64_t)value {
  [self mustEncode:"encodeSignalEvent"];
  _signals.push_back({(SimulatedEvent*)event, value});
}
- (void)addScheduledHandler:(MTLCommandBufferHandler)block {
  if (_committed) misuse("addScheduledHandler after commit");
  _scheduled.push_back(block);
}
- (void)addCompletedHandler:(MTLCommandBufferHandler)block {
  if (_committed) misuse("addCompletedHandler after commit");
  _completed.push_back(block);
}

- (void)enqueue {
  if (_committed) misuse("enqueue after commit");
  _status = MTLCommandBufferStatusEnqueued;
}
- (void)commit {
  if (_open) misuse("commit without endEncoding");
  if (_committed) misuse("commit twice");
  _committed = true;
  _status = MTLCommandBufferStatusCommitted;
  const bool soon =
      !_scheduled.empty() || !_completed.empty() || !_signals.empty();
  simulator::commit_work(self, soon);
}
- (void)waitUntilScheduled {
  if (!_committed) misuse("waitUntilScheduled before commit");
}
- (void)waitUntilCompleted {
  if (!_committed) misuse("waitUntilCompleted before commit");
  simulator::wait_for_work(self);
}

- (Failure)failureBefore {
  std::size_t bytes = 0;
  uint64_t threads = 0;
  for (const void* one : _resources) {
    bytes += ((__bridge SimulatedBuffer*)one).length;
  }
  for (const auto& command : _commands) threads += threads_of(command);
  if (bytes > simulator::working_set_bytes()) {
    return {MTLCommandBufferErrorOutOfMemory,
            "Insufficient Memory "
            "(00000008:kIOGPUCommandBufferCallbackErrorOutOfMemory)"};
  }
  const uint64_t most = simulator::watchdog_threads();
  if (is_to_fail() || (most > 0 && threads > most)) {
    return {MTLCommandBufferErrorTimeout,
            "Caused GPU Timeout Error "
            "(00000002:kIOGPUCommandBufferCallbackErrorTimeout)"};
  }
  return {};
}
- (void)execute {
  _status = MTLCommandBufferStatusScheduled;
  for (MTLCommandBufferHandler handler : _scheduled) handler(self);
  _start = now();
  Failure failure = [self failureBefore];
  failure.text = kAborted + failure.text;
  if (failure.code == MTLCommandBufferErrorNone) {
    simulator::Findings findings;
    uint64_t dispatches = 0;
    for (const auto& command : _commands) {
      simulator::execute(command, &findings);
      dispatches += std::holds_alternative<simulator::DispatchCommand>(command);
    }
    auto& record = simulator::Record::instance();
    record.add_command_buffer(dispatches, _commands.size() - dispatches);
    if (findings.count > 0) {
      record.add_findings(findings);
      failure = {MTLCommandBufferErrorInternal, findings.text};
    }
  }
  _end = now();
  [self finish:failure];
}
- (void)finish:(const Failure&)failure {
  const bool failed = failure.code != MTLCommandBufferErrorNone;
  if (failed) {
    _error = [NSError simulatedWithDomain:MTLCommandBufferErrorDomain
                                     code:(NSInteger)failure.code
                                     text:failure.text];
  }
  _status =
      failed ? MTLCommandBufferStatusError : MTLCommandBufferStatusCompleted;
  [self releaseResources];
  for (const auto& [event, value] : _signals) [event signal:value];
  for (MTLCommandBufferHandler handler : _completed) handler(self);
  _signals.clear();
  _completed.clear();
  _scheduled.clear();
}
- (void)releaseResources {
  if (!_retains) {
    for (const void* one : _resources) {
      --((__bridge SimulatedBuffer*)one)->_users;
    }
  }
  _commands.clear();
  _resources.clear();
  _retained.clear();
  _bytes.clear();
}

- (id<MTLCommandQueue>)commandQueue {
  return _queue;
}
- (BOOL)retainedReferences {
  return _retains;
}
- (MTLCommandBufferErrorOption)errorOptions {
  return MTLCommandBufferErrorOptionNone;
}
- (MTLCommandBufferStatus)status {
  if (_committed) simulator::poll_work(self);
  return _status;
}
- (NSError*)error {
  return _error;
}
- (CFTimeInterval)kernelStartTime {
  return _start;
}
- (CFTimeInterval)kernelEndTime {
  return _end;
}
- (CFTimeInterval)GPUStartTime {
  return _start;
}
- (CFTimeInterval)GPUEndTime {
  return _end;
}
@end
