// Faults in the arguments of calls.
#include <cstdlib>

#include "host.h"

namespace {

// An encoder with everything that the kernel `scale` needs.
struct Encoder {
  Encoder() {
    numbers = host.numbers();
    buffer = [host.queue commandBuffer];
    encoder = [buffer computeCommandEncoder];
    const float factor = 2;
    [encoder setComputePipelineState:host.pipeline(@"scale")];
    [encoder setBuffer:numbers offset:0 atIndex:0];
    [encoder setBytes:&factor length:sizeof factor atIndex:1];
  }
  void dispatch(NSUInteger threads) {
    [encoder dispatchThreads:MTLSizeMake(kCount, 1, 1)
        threadsPerThreadgroup:MTLSizeMake(threads, 1, 1)];
  }
  void end() {
    [encoder endEncoding];
    finish(buffer);
  }
  Host host;
  id<MTLBuffer> numbers;
  id<MTLCommandBuffer> buffer;
  id<MTLComputeCommandEncoder> encoder;
};

}  // namespace

CASE(oversize_bytes) {
  @autoreleasepool {
    Encoder one;
    static const char many[5000] = {};
    [one.encoder setBytes:many length:sizeof many atIndex:1];
  }
}

CASE(wrong_index) {
  @autoreleasepool {
    Encoder one;
    const float factor = 2;
    [one.encoder setBuffer:nil offset:0 atIndex:1];
    [one.encoder setBytes:&factor length:sizeof factor atIndex:2];
    one.dispatch(64);
    one.end();
  }
}

CASE(index_beyond) {
  @autoreleasepool {
    Encoder one;
    [one.encoder setBuffer:one.numbers offset:0 atIndex:31];
  }
}

CASE(wrong_size) {
  @autoreleasepool {
    Encoder one;
    const char factor[2] = {};
    [one.encoder setBytes:factor length:sizeof factor atIndex:1];
    one.dispatch(64);
    one.end();
  }
}

CASE(wrong_name) {
  @autoreleasepool {
    Host host;
    host.pipeline(@"scall");
  }
}

CASE(wrong_name_with_constants) {
  @autoreleasepool {
    Host host;
    NSError* error = nil;
    id<MTLFunction> function =
        [host.library newFunctionWithName:@"scall"
                           constantValues:[MTLFunctionConstantValues new]
                                    error:&error];
    if (function == nil) say("error", words(error.localizedDescription));
  }
}

CASE(fast_math) {
  @autoreleasepool {
    Host host;
    NSError* error = nil;
    [host.device newLibraryWithSource:@"" options:nil error:&error];
    say("error", words(error.localizedDescription));
  }
}

CASE(other_source) {
  @autoreleasepool {
    Host host;
    MTLCompileOptions* options = [MTLCompileOptions new];
    options.fastMathEnabled = NO;
    NSError* error = nil;
    [host.device newLibraryWithSource:@"kernel void other() {}"
                              options:options
                                error:&error];
    say("error", words(error.localizedDescription));
  }
}

CASE(too_many_threads) {
  @autoreleasepool {
    Encoder one;
    one.dispatch(1025);
  }
}

CASE(many_threads) {
  @autoreleasepool {
    Encoder one;
    one.dispatch(512);
    one.end();
    say_values(one.numbers, 2);
  }
}

CASE(empty_dispatch) {
  @autoreleasepool {
    Encoder one;
    one.dispatch(0);
  }
}

CASE(missing_pipeline) {
  @autoreleasepool {
    Host host;
    id<MTLCommandBuffer> buffer = [host.queue commandBuffer];
    [[buffer computeCommandEncoder] dispatchThreads:MTLSizeMake(1, 1, 1)
                              threadsPerThreadgroup:MTLSizeMake(1, 1, 1)];
  }
}

CASE(odd_threadgroup_memory) {
  @autoreleasepool {
    Encoder one;
    [one.encoder setThreadgroupMemoryLength:20 atIndex:0];
  }
}

CASE(much_threadgroup_memory) {
  @autoreleasepool {
    Encoder one;
    [one.encoder setThreadgroupMemoryLength:40000 atIndex:0];
    one.dispatch(64);
    one.end();
  }
}

CASE(odd_offset) {
  @autoreleasepool {
    Encoder one;
    [one.encoder setBuffer:one.numbers offset:2 atIndex:0];
  }
}

CASE(offset_beyond) {
  @autoreleasepool {
    Encoder one;
    [one.encoder setBufferOffset:one.numbers.length atIndex:0];
  }
}

CASE(overrun) {
  @autoreleasepool {
    Encoder one;
    [one.encoder setBufferOffset:4 atIndex:0];
    one.dispatch(64);
    one.end();
  }
}

CASE(odd_fill) {
  @autoreleasepool {
    Encoder one;
    [one.encoder endEncoding];
    [[one.buffer blitCommandEncoder] fillBuffer:one.numbers
                                          range:NSMakeRange(0, 3)
                                          value:0];
  }
}

CASE(copy_beyond) {
  @autoreleasepool {
    Encoder one;
    [one.encoder endEncoding];
    id<MTLBuffer> other = one.host.numbers();
    [[one.buffer blitCommandEncoder] copyFromBuffer:one.numbers
                                       sourceOffset:4
                                           toBuffer:other
                                  destinationOffset:0
                                               size:other.length];
  }
}

CASE(overlapping_copy) {
  @autoreleasepool {
    Encoder one;
    [one.encoder endEncoding];
    [[one.buffer blitCommandEncoder] copyFromBuffer:one.numbers
                                       sourceOffset:0
                                           toBuffer:one.numbers
                                  destinationOffset:16
                                               size:64];
  }
}
