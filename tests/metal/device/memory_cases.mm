// Faults in memory: of the device, and of Objective-C.
#include <cstdlib>

#include "host.h"

CASE(leak) {
  @autoreleasepool {
    Host host;
    void* forgotten = (__bridge_retained void*)host.numbers();
    say("leaked", forgotten == nullptr ? "no" : "yes");
  }
}

CASE(missing_pool) {
  Host host;
  id<MTLCommandBuffer> buffer = [host.queue commandBuffer];
  say("status", buffer.status == MTLCommandBufferStatusNotEnqueued
                    ? "not enqueued"
                    : "other");
}

CASE(uninitialised) {
  @autoreleasepool {
    Host host;
    id<MTLBuffer> fresh =
        [host.device newBufferWithLength:kCount * sizeof(float)
                                 options:MTLResourceStorageModeShared];
    const auto* values = static_cast<const float*>(fresh.contents);
    bool all = true;
    for (NSUInteger i = 0; i < kCount; ++i) all = all && values[i] != values[i];
    say("contents", all ? "not a number" : "numbers");
  }
}

// Past the end, rounded up to what buffers are aligned to.
CASE(host_overrun) {
  @autoreleasepool {
    Host host;
    id<MTLBuffer> fresh =
        [host.device newBufferWithLength:256
                                 options:MTLResourceStorageModeShared];
    static_cast<volatile char*>(fresh.contents)[256] = 1;
  }
}

CASE(private_contents) {
  @autoreleasepool {
    Host host;
    id<MTLBuffer> fresh =
        [host.device newBufferWithLength:256
                                 options:MTLResourceStorageModePrivate];
    say("contents", fresh.contents == nullptr ? "none" : "some");
  }
}

CASE(empty_buffer) {
  @autoreleasepool {
    Host host;
    [host.device newBufferWithLength:0 options:MTLResourceStorageModeShared];
  }
}

CASE(huge_buffer) {
  @autoreleasepool {
    Host host;
    id<MTLBuffer> none =
        [host.device newBufferWithLength:host.device.maxBufferLength + 1
                                 options:MTLResourceStorageModeShared];
    say("buffer", none == nil ? "none" : "some");
  }
}

CASE(no_copy) {
  @autoreleasepool {
    Host host;
    void* pages = std::aligned_alloc(16384, 16384);
    @autoreleasepool {
      id<MTLBuffer> buffer =
          [host.device newBufferWithBytesNoCopy:pages
                                         length:16384
                                        options:MTLResourceStorageModeShared
                                    deallocator:^(void* memory, NSUInteger) {
                                      std::free(memory);
                                      say("freed", "yes");
                                    }];
      say("contents", buffer.contents == pages ? "the same" : "others");
    }
  }
}

CASE(misaligned_no_copy) {
  @autoreleasepool {
    Host host;
    auto* pages = static_cast<char*>(std::aligned_alloc(16384, 32768));
    [host.device newBufferWithBytesNoCopy:pages + 4096
                                   length:16384
                                  options:MTLResourceStorageModeShared
                              deallocator:nil];
  }
}

CASE(odd_no_copy) {
  @autoreleasepool {
    Host host;
    void* pages = std::aligned_alloc(16384, 16384);
    [host.device newBufferWithBytesNoCopy:pages
                                   length:10000
                                  options:MTLResourceStorageModeShared
                              deallocator:nil];
  }
}
