// Faults in the order of calls, and in waiting.
#include "host.h"

namespace {

// One scaling by 2, ready to be committed.
struct Work {
  explicit Work(Host* host, bool unretained = false) {
    numbers = host->numbers();
    buffer = unretained ? [host->queue commandBufferWithUnretainedReferences]
                        : [host->queue commandBuffer];
    encoder = [buffer computeCommandEncoder];
    host->scale(encoder, numbers, 2);
  }
  id<MTLBuffer> numbers;
  id<MTLCommandBuffer> buffer;
  id<MTLComputeCommandEncoder> encoder;
};

}  // namespace

CASE(missing_wait) {
  @autoreleasepool {
    Host host;
    Work work(&host);
    [work.encoder endEncoding];
    [work.buffer commit];
    say_values(work.numbers, 2);
  }
}

CASE(missing_wait_with_handler) {
  @autoreleasepool {
    Host host;
    Work work(&host);
    [work.encoder endEncoding];
    [work.buffer addCompletedHandler:^(id<MTLCommandBuffer>){
    }];
    [work.buffer commit];
    say_values(work.numbers, 2);
  }
}

CASE(written_in_flight) {
  @autoreleasepool {
    Host host;
    Work work(&host);
    [work.encoder endEncoding];
    [work.buffer commit];
    static_cast<float*>(work.numbers.contents)[5] = 0;
    [work.buffer waitUntilCompleted];
    say_values(work.numbers, 2);
  }
}

CASE(missing_barrier) {
  @autoreleasepool {
    Host host;
    id<MTLBuffer> numbers = host.numbers();
    id<MTLCommandBuffer> buffer = [host.queue commandBuffer];
    id<MTLComputeCommandEncoder> encoder = [buffer
        computeCommandEncoderWithDispatchType:MTLDispatchTypeConcurrent];
    host.scale(encoder, numbers, 2);
    host.scale(encoder, numbers, 3);
    [encoder endEncoding];
    finish(buffer);
  }
}

CASE(barrier_of_another) {
  @autoreleasepool {
    Host host;
    id<MTLBuffer> numbers = host.numbers();
    const id<MTLResource> other[] = {host.numbers()};
    id<MTLCommandBuffer> buffer = [host.queue commandBuffer];
    id<MTLComputeCommandEncoder> encoder = [buffer
        computeCommandEncoderWithDispatchType:MTLDispatchTypeConcurrent];
    host.scale(encoder, numbers, 2);
    [encoder memoryBarrierWithResources:other count:1];
    host.scale(encoder, numbers, 3);
    [encoder endEncoding];
    finish(buffer);
  }
}

CASE(missing_end) {
  @autoreleasepool {
    Host host;
    Work work(&host);
    [work.buffer commit];
  }
}

CASE(dropped_encoder) {
  @autoreleasepool {
    Host host;
    Work work(&host);
  }
}

CASE(two_encoders) {
  @autoreleasepool {
    Host host;
    Work work(&host);
    [work.buffer blitCommandEncoder];
  }
}

CASE(end_twice) {
  @autoreleasepool {
    Host host;
    Work work(&host);
    [work.encoder endEncoding];
    [work.encoder endEncoding];
  }
}

CASE(dispatch_after_end) {
  @autoreleasepool {
    Host host;
    Work work(&host);
    [work.encoder endEncoding];
    [work.encoder dispatchThreads:MTLSizeMake(1, 1, 1)
            threadsPerThreadgroup:MTLSizeMake(1, 1, 1)];
  }
}

CASE(encode_after_commit) {
  @autoreleasepool {
    Host host;
    Work work(&host);
    [work.encoder endEncoding];
    [work.buffer commit];
    [work.buffer computeCommandEncoder];
  }
}

CASE(commit_twice) {
  @autoreleasepool {
    Host host;
    Work work(&host);
    [work.encoder endEncoding];
    [work.buffer commit];
    [work.buffer commit];
  }
}

CASE(wait_before_commit) {
  @autoreleasepool {
    Host host;
    Work work(&host);
    [work.encoder endEncoding];
    [work.buffer waitUntilCompleted];
  }
}

CASE(late_handler) {
  @autoreleasepool {
    Host host;
    Work work(&host);
    [work.encoder endEncoding];
    [work.buffer commit];
    [work.buffer addCompletedHandler:^(id<MTLCommandBuffer>){
    }];
  }
}

CASE(wait_in_handler) {
  @autoreleasepool {
    Host host;
    Work work(&host);
    [work.encoder endEncoding];
    [work.buffer addCompletedHandler:^(id<MTLCommandBuffer> buffer) {
      [buffer waitUntilCompleted];
    }];
    [work.buffer commit];
    [work.buffer waitUntilCompleted];
  }
}

CASE(too_many_command_buffers) {
  @autoreleasepool {
    Host host;
    for (int i = 0; i < 65; ++i) [host.queue commandBuffer];
  }
}

CASE(released_in_flight) {
  @autoreleasepool {
    Host host;
    id<MTLCommandBuffer> buffer;
    @autoreleasepool {
      Work work(&host, true);
      [work.encoder endEncoding];
      buffer = work.buffer;
    }
    finish(buffer);
  }
}
