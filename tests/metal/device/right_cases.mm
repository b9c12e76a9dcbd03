// Hosts without a fault: nothing may be found in them.
#include <condition_variable>
#include <mutex>

#include "host.h"
#include "simulator/device/control.h"

CASE(right) {
  @autoreleasepool {
    Host host;
    id<MTLBuffer> numbers = host.numbers();
    id<MTLCommandBuffer> buffer = [host.queue commandBuffer];
    id<MTLComputeCommandEncoder> encoder = [buffer
        computeCommandEncoderWithDispatchType:MTLDispatchTypeConcurrent];
    host.scale(encoder, numbers, 2);
    [encoder memoryBarrierWithScope:MTLBarrierScopeBuffers];
    host.scale(encoder, numbers, 3);
    [encoder endEncoding];
    finish(buffer);
    say_values(numbers, 6);
  }
}

CASE(serial) {
  @autoreleasepool {
    Host host;
    id<MTLBuffer> numbers = host.numbers();
    id<MTLCommandBuffer> buffer = [host.queue commandBuffer];
    id<MTLComputeCommandEncoder> encoder = [buffer computeCommandEncoder];
    host.scale(encoder, numbers, 2);
    host.scale(encoder, numbers, 3);
    [encoder endEncoding];
    finish(buffer);
    say_values(numbers, 6);
  }
}

CASE(barrier_of_resources) {
  @autoreleasepool {
    Host host;
    id<MTLBuffer> numbers = host.numbers();
    id<MTLCommandBuffer> buffer =
        [host.queue commandBufferWithUnretainedReferences];
    id<MTLComputeCommandEncoder> encoder = [buffer
        computeCommandEncoderWithDispatchType:MTLDispatchTypeConcurrent];
    host.scale(encoder, numbers, 2);
    const id<MTLResource> written[] = {numbers};
    [encoder memoryBarrierWithResources:written count:1];
    host.scale(encoder, numbers, 3);
    [encoder endEncoding];
    finish(buffer);
    say_values(numbers, 6);
  }
}

// Four command buffers in flight, one wait for all.
CASE(in_flight) {
  @autoreleasepool {
    Host host;
    id<MTLBuffer> numbers = host.numbers();
    id<MTLCommandBuffer> last = nil;
    for (int i = 0; i < 4; ++i) {
      last = [host.queue commandBuffer];
      id<MTLComputeCommandEncoder> encoder = [last computeCommandEncoder];
      host.scale(encoder, numbers, 2);
      [encoder endEncoding];
      if (i < 3) [last commit];
    }
    finish(last);
    say_values(numbers, 16);
  }
}

CASE(handler) {
  std::mutex mutex;
  std::condition_variable changed;
  __block bool done = false;
  std::mutex* const lock_of = &mutex;
  std::condition_variable* const signal = &changed;
  @autoreleasepool {
    Host host;
    id<MTLBuffer> numbers = host.numbers();
    id<MTLCommandBuffer> buffer = [host.queue commandBuffer];
    id<MTLComputeCommandEncoder> encoder = [buffer computeCommandEncoder];
    host.scale(encoder, numbers, 2);
    [encoder endEncoding];
    [buffer addCompletedHandler:^(id<MTLCommandBuffer> finished) {
      const std::lock_guard<std::mutex> lock(*lock_of);
      done = finished.status == MTLCommandBufferStatusCompleted;
      signal->notify_all();
    }];
    [buffer commit];
    std::unique_lock<std::mutex> lock(mutex);
    while (!done) changed.wait(lock);
    lock.unlock();
    say_values(numbers, 2);
    // So that the thread has let go of it.
    [buffer waitUntilCompleted];
  }
}

CASE(polled) {
  @autoreleasepool {
    Host host;
    id<MTLBuffer> numbers = host.numbers();
    id<MTLSharedEvent> event = [host.device newSharedEvent];
    id<MTLCommandBuffer> buffer = [host.queue commandBuffer];
    id<MTLComputeCommandEncoder> encoder = [buffer computeCommandEncoder];
    host.scale(encoder, numbers, 2);
    [encoder endEncoding];
    [buffer encodeSignalEvent:event value:7];
    [buffer commit];
    while (event.signaledValue < 7) {
    }
    while (buffer.status < MTLCommandBufferStatusCompleted) {
    }
    say_values(numbers, 2);
    [buffer waitUntilCompleted];
  }
}

CASE(blit) {
  @autoreleasepool {
    Host host;
    id<MTLBuffer> numbers = host.numbers();
    id<MTLBuffer> copy =
        [host.device newBufferWithLength:numbers.length + 8
                                 options:MTLResourceStorageModeShared];
    id<MTLCommandBuffer> buffer = [host.queue commandBuffer];
    id<MTLBlitCommandEncoder> encoder = [buffer blitCommandEncoder];
    [encoder fillBuffer:copy range:NSMakeRange(0, copy.length) value:1];
    [encoder copyFromBuffer:numbers
               sourceOffset:0
                   toBuffer:copy
          destinationOffset:0
                       size:numbers.length];
    [encoder endEncoding];
    finish(buffer);
    say_values(copy, 1);
    const auto* rest = static_cast<const uint32_t*>(copy.contents) + kCount;
    say("filled", rest[0] == 0x01010101 && rest[1] == rest[0] ? "yes" : "no");
  }
}

CASE(threadgroup_memory) {
  @autoreleasepool {
    Host host;
    id<MTLBuffer> numbers = host.numbers();
    id<MTLBuffer> reversed =
        [host.device newBufferWithLength:numbers.length
                                 options:MTLResourceStorageModeShared];
    id<MTLCommandBuffer> buffer = [host.queue commandBuffer];
    id<MTLComputeCommandEncoder> encoder = [buffer computeCommandEncoder];
    [encoder setComputePipelineState:host.pipeline(@"reverse")];
    [encoder setBuffer:numbers offset:0 atIndex:0];
    [encoder setBuffer:reversed offset:0 atIndex:1];
    [encoder setThreadgroupMemoryLength:kCount * sizeof(float) atIndex:0];
    [encoder dispatchThreadgroups:MTLSizeMake(1, 1, 1)
            threadsPerThreadgroup:MTLSizeMake(kCount, 1, 1)];
    [encoder endEncoding];
    finish(buffer);
    const auto* values = static_cast<const float*>(reversed.contents);
    say("ends", std::to_string(int(values[0])) + " " +
                    std::to_string(int(values[kCount - 1])));
  }
}

CASE(function_constant) {
  @autoreleasepool {
    Host host;
    const int cubed = 3;
    MTLFunctionConstantValues* constants = [MTLFunctionConstantValues new];
    [constants setConstantValue:&cubed type:MTLDataTypeInt atIndex:0];
    NSError* error = nil;
    id<MTLFunction> function = [host.library newFunctionWithName:@"power"
                                                  constantValues:constants
                                                           error:&error];
    id<MTLComputePipelineState> pipeline =
        [host.device newComputePipelineStateWithFunction:function error:&error];
    id<MTLBuffer> numbers = host.numbers();
    id<MTLCommandBuffer> buffer = [host.queue commandBuffer];
    id<MTLComputeCommandEncoder> encoder = [buffer computeCommandEncoder];
    [encoder setComputePipelineState:pipeline];
    [encoder setBuffer:numbers offset:0 atIndex:0];
    [encoder dispatchThreads:MTLSizeMake(kCount, 1, 1)
        threadsPerThreadgroup:MTLSizeMake(32, 1, 1)];
    [encoder endEncoding];
    finish(buffer);
    const auto* values = static_cast<const float*>(numbers.contents);
    say("cubes",
        std::to_string(int(values[2])) + " " + std::to_string(int(values[5])));
  }
}

CASE(description) {
  @autoreleasepool {
    Host host;
    id<MTLDevice> device = host.device;
    say("name", words(device.name));
    say("unified", device.hasUnifiedMemory ? "yes" : "no");
    say("apple7", [device supportsFamily:MTLGPUFamilyApple7] ? "yes" : "no");
    say("mac2", [device supportsFamily:MTLGPUFamilyMac2] ? "yes" : "no");
    say("most", std::to_string(device.maxThreadsPerThreadgroup.width));
    say("threads",
        std::to_string(host.pipeline(@"scale").maxTotalThreadsPerThreadgroup));
    std::string names;
    for (NSString* name in host.library.functionNames) {
      names += (names.empty() ? "" : " ") + words(name);
    }
    say("functions", names);
    say("devices", std::to_string(MTLCopyAllDevices().count));
  }
}

CASE(profile) {
  simulator_profile_start();
  run_right();
  simulator_profile_stop();
  run_serial();
  char json[2000] = "";
  simulator_profile_read(json, sizeof json);
  say("profile", json);
}
