// The classes of the simulated device.
#pragma once

#import <Metal/Metal.h>

#include <atomic>
#include <deque>
#include <memory>
#include <string>
#include <unordered_set>
#include <utility>
#include <vector>

#import "simulator/device/commands.h"
#import "simulator/device/foundation.h"
#include "simulator/runtime/simulator.h"

NS_ASSUME_NONNULL_BEGIN

@class SimulatedCommandBuffer;

// What nearly all of them have.
@interface SimulatedObject : NSObject
@property(nullable, copy, atomic) NSString* label;
@property(readonly) id<MTLDevice> device;
- (instancetype)initWithDevice:(id<MTLDevice>)device;
@end

@interface SimulatedDevice : NSObject <MTLDevice>
@end

@interface SimulatedBuffer : SimulatedObject <MTLBuffer> {
 @public
  char* _data;
  // Unfinished command buffers that use it without retaining it.
  std::atomic<int> _users;
}
// New memory: NaN everywhere, and a page that cannot be touched at its end.
- (instancetype)initWithDevice:(id<MTLDevice>)device
                        length:(NSUInteger)length
                       options:(MTLResourceOptions)options;
- (instancetype)initWithDevice:(id<MTLDevice>)device
                         bytes:(void*)bytes
                        length:(NSUInteger)length
                   deallocator:(void (^_Nullable)(void*, NSUInteger))block;
@end

@interface SimulatedLibrary : SimulatedObject <MTLLibrary>
- (instancetype)initWithDevice:(id<MTLDevice>)device hash:(uint64_t)hash;
@end

@interface SimulatedFunction : SimulatedObject <MTLFunction> {
 @public
  const simulator::Kernel* _kernel;
  std::vector<simulator::FunctionConstant> _constants;
}
@end

@interface SimulatedPipeline : SimulatedObject <MTLComputePipelineState> {
 @public
  const simulator::Kernel* _kernel;
  std::vector<simulator::FunctionConstant> _constants;
}
- (instancetype)initWithFunction:(SimulatedFunction*)function;
@end

@interface SimulatedQueue : SimulatedObject <MTLCommandQueue> {
 @public
  // Command buffers that are made and not finished.
  std::atomic<NSUInteger> _outstanding;
}
- (instancetype)initWithDevice:(id<MTLDevice>)device most:(NSUInteger)most;
@end

@interface SimulatedEvent : SimulatedObject <MTLSharedEvent>
- (void)signal:(uint64_t)value;
@end

@interface SimulatedEncoder : SimulatedObject {
 @protected
  SimulatedCommandBuffer* _buffer;
}
- (instancetype)initWithBuffer:(SimulatedCommandBuffer*)buffer;
- (void)endEncoding;
// Fails if encoding has ended; says for what.
- (void)mustEncode:(const char*)what;
@end

@interface SimulatedComputeEncoder : SimulatedEncoder <MTLComputeCommandEncoder>
- (instancetype)initWithBuffer:(SimulatedCommandBuffer*)buffer
                          type:(MTLDispatchType)type;
// See simulator_declare().
- (void)declare:(NSUInteger)bytes writes:(bool)writes atIndex:(NSUInteger)index;
@end

@interface SimulatedBlitEncoder : SimulatedEncoder <MTLBlitCommandEncoder>
@end

namespace simulator {

// How far a command buffer has come, shared with the thread that runs it.
// Guarded by the lock of work.mm.
struct Progress {
  bool finished = false;
  int polls = 0;
};

// Bytes of all buffers.
uint64_t allocated_bytes();

}  // namespace simulator

@interface SimulatedCommandBuffer : SimulatedObject <MTLCommandBuffer> {
 @public
  SimulatedQueue* _queue;
  std::shared_ptr<simulator::Progress> _progress;
}
- (instancetype)initWithQueue:(SimulatedQueue*)queue retains:(BOOL)retains;
// For encoders:
- (void)add:(const simulator::Command&)command;
- (void)use:(SimulatedBuffer*)buffer;
- (char*)keep:(const void*)bytes length:(NSUInteger)length;
- (void)encoderHasEnded;
// For the thread that runs it.
- (void)execute;
@end

NS_ASSUME_NONNULL_END
