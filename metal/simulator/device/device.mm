#include <cstring>

#include "simulator/device/environment.h"
#include "simulator/device/misuse.h"
#import "simulator/device/objects.h"

using simulator::DeviceKind;
using simulator::misuse;

namespace {

constexpr NSUInteger kMostBufferBytes = NSUInteger{8} << 30;
constexpr NSUInteger kMostCommandBuffers = 64;

uint64_t fnv1a(const char* text) {
  uint64_t hash = 0xcbf29ce484222325;
  for (; *text != 0; ++text) {
    hash = (hash ^ static_cast<unsigned char>(*text)) * 0x100000001b3;
  }
  return hash;
}

NSError* library_error(MTLLibraryError code, const std::string& text) {
  return [NSError simulatedWithDomain:MTLLibraryErrorDomain
                                 code:(NSInteger)code
                                 text:text];
}

}  // namespace

@implementation SimulatedObject
- (instancetype)initWithDevice:(id<MTLDevice>)device {
  _device = device;
  return self;
}
@end

@implementation SimulatedDevice {
  DeviceKind _kind;
}
- (instancetype)init {
  _kind = simulator::device_kind();
  return self;
}
- (NSString*)name {
  return _kind == DeviceKind::intel ? @"Simulated Intel GPU"
                                    : @"Simulated Apple GPU";
}
- (uint64_t)registryID {
  return 0x100000519;
}
- (MTLSize)maxThreadsPerThreadgroup {
  return MTLSizeMake(simulator::kMostThreads, simulator::kMostThreads,
                     simulator::kMostThreads);
}
- (BOOL)isLowPower {
  return _kind == DeviceKind::intel;
}
- (BOOL)isHeadless {
  return NO;
}
- (BOOL)isRemovable {
  return NO;
}
- (BOOL)hasUnifiedMemory {
  return _kind != DeviceKind::intel;
}
- (uint64_t)recommendedMaxWorkingSetSize {
  return simulator::working_set_bytes();
}
- (NSUInteger)currentAllocatedSize {
  return simulator::allocated_bytes();
}
- (NSUInteger)maxThreadgroupMemoryLength {
  return simulator::kMostThreadgroupBytes;
}
- (NSUInteger)maxBufferLength {
  return kMostBufferBytes;
}
// An M1: Apple 1 to 7, and what all Macs have.
- (BOOL)supportsFamily:(MTLGPUFamily)family {
  switch (family) {
    case MTLGPUFamilyMac1:
    case MTLGPUFamilyMac2:
    case MTLGPUFamilyCommon1:
    case MTLGPUFamilyCommon2:
    case MTLGPUFamilyCommon3:
      return YES;
    default:
      return _kind != DeviceKind::intel && family >= MTLGPUFamilyApple1 &&
             family <= MTLGPUFamilyApple7;
  }
}
- (id<MTLCommandQueue>)newCommandQueue {
  return [self newCommandQueueWithMaxCommandBufferCount:kMostCommandBuffers];
}
- (id<MTLCommandQueue>)newCommandQueueWithMaxCommandBufferCount:
    (NSUInteger)most {
  return [[SimulatedQueue alloc] initWithDevice:self most:most];
}

- (void)mustMake:(NSUInteger)length options:(MTLResourceOptions)options {
  if (length == 0) misuse("a buffer of no bytes");
  const NSUInteger known =
      MTLResourceCPUCacheModeWriteCombined | MTLResourceStorageModePrivate;
  if ((options & ~known) != 0) misuse("resource options %#lx", options);
}
- (id<MTLBuffer>)newBufferWithLength:(NSUInteger)length
                             options:(MTLResourceOptions)options {
  [self mustMake:length options:options];
  if (length > kMostBufferBytes) return nil;
  return [[SimulatedBuffer alloc] initWithDevice:self
                                          length:length
                                         options:options];
}
- (id<MTLBuffer>)newBufferWithBytes:(const void*)pointer
                             length:(NSUInteger)length
                            options:(MTLResourceOptions)options {
  auto* buffer = (SimulatedBuffer*)[self newBufferWithLength:length
                                                     options:options];
  if (buffer != nil) std::memcpy(buffer->_data, pointer, length);
  return buffer;
}
- (id<MTLBuffer>)newBufferWithBytesNoCopy:(void*)pointer
                                   length:(NSUInteger)length
                                  options:(MTLResourceOptions)options
                              deallocator:(void (^)(void*, NSUInteger))block {
  [self mustMake:length options:options];
  if ((options & MTLResourceStorageModePrivate) != 0) {
    misuse("newBufferWithBytesNoCopy: private storage");
  }
  if (length > kMostBufferBytes) return nil;
  return [[SimulatedBuffer alloc] initWithDevice:self
                                           bytes:pointer
                                          length:length
                                     deallocator:block];
}

- (id<MTLLibrary>)newLibraryWithSource:(NSString*)source
                               options:(MTLCompileOptions*)options
                                 error:(__autoreleasing NSError**)error {
  const uint64_t hash = fnv1a(source.UTF8String);
  const std::string broken = simulator::broken_kernel();
  std::string text;
  if (options == nil || options.fastMathEnabled) {
    text = "The simulated device has no fast math: set fastMathEnabled to NO";
  } else if (!simulator::has_source(hash)) {
    text = "The simulated device was built without this source: build it again";
  } else if (!broken.empty() && simulator::find_kernel(hash, broken)) {
    text = "program_source:12:3: error: use of undeclared identifier '" +
           broken + "_is_broken'\n  " + broken + "_is_broken();\n  ^\n";
  }
  if (text.empty()) {
    return [[SimulatedLibrary alloc] initWithDevice:self hash:hash];
  }
  if (error != nullptr) {
    *error = library_error(MTLLibraryErrorCompileFailure, text);
  }
  return nil;
}
- (id<MTLComputePipelineState>)
    newComputePipelineStateWithFunction:(id<MTLFunction>)function
                                  error:(__autoreleasing NSError**)error {
  if (function == nil) misuse("newComputePipelineStateWithFunction: nil");
  return
      [[SimulatedPipeline alloc] initWithFunction:(SimulatedFunction*)function];
}
- (id<MTLSharedEvent>)newSharedEvent {
  return [[SimulatedEvent alloc] initWithDevice:self];
}
@end

id<MTLDevice> MTLCreateSystemDefaultDevice(void) {
  const DeviceKind kind = simulator::device_kind();
  if (kind == DeviceKind::none || kind == DeviceKind::listed) return nil;
  return [SimulatedDevice new];
}

NSArray<id<MTLDevice>>* MTLCopyAllDevices(void) {
  @autoreleasepool {
    const DeviceKind kind = simulator::device_kind();
    const id<MTLDevice> devices[] = {[SimulatedDevice new]};
    const bool none = kind == DeviceKind::none || kind == DeviceKind::unlisted;
    return [NSArray arrayWithObjects:devices count:none ? 0 : 1];
  }
}
