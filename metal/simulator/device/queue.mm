#include "simulator/device/misuse.h"
#import "simulator/device/objects.h"
#import "simulator/device/work.h"

@implementation MTLCommandBufferDescriptor
- (instancetype)init {
  _retainedReferences = YES;
  return self;
}
@end

@implementation SimulatedQueue {
  NSUInteger _most;
}
- (instancetype)initWithDevice:(id<MTLDevice>)device most:(NSUInteger)most {
  self = [super initWithDevice:device];
  _most = most;
  return self;
}
- (id<MTLCommandBuffer>)bufferRetaining:(BOOL)retains {
  if (!simulator::wait_for_room(self, _most)) {
    simulator::misuse(
        "the queue has %lu command buffers that are not committed: a further "
        "one waits forever",
        _most);
  }
  return [[SimulatedCommandBuffer alloc] initWithQueue:self retains:retains];
}
- (id<MTLCommandBuffer>)commandBuffer {
  return [self bufferRetaining:YES];
}
- (id<MTLCommandBuffer>)commandBufferWithUnretainedReferences {
  return [self bufferRetaining:NO];
}
- (id<MTLCommandBuffer>)commandBufferWithDescriptor:
    (MTLCommandBufferDescriptor*)descriptor {
  return [self bufferRetaining:descriptor.retainedReferences];
}
@end

@implementation SimulatedEvent {
  std::atomic<uint64_t> _value;
}
// Whoever looks waits for a command buffer to set it.
- (uint64_t)signaledValue {
  simulator::demand_all_work();
  return _value;
}
- (void)setSignaledValue:(uint64_t)value {
  _value = value;
}
- (void)signal:(uint64_t)value {
  _value = value;
}
@end
