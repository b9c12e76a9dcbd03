#include "backend/metal/commands.h"

#import "backend/metal/gpu_objects.h"
#include "core/error.h"
#if MAMBA_SIMULATOR
#include "simulator/device/control.h"
#endif

namespace mamba::metal {

struct Commands::Impl {
  std::shared_ptr<Gpu> gpu;
  id<MTLCommandBuffer> buffer;
  id<MTLComputeCommandEncoder> encoder;

  id<MTLComputeCommandEncoder> open() {
    if (encoder != nil) return encoder;
    @autoreleasepool {
      buffer = [gpu->impl_->queue commandBuffer];
      encoder = [buffer
          computeCommandEncoderWithDispatchType:MTLDispatchTypeConcurrent];
    }
    if (encoder == nil) {
      buffer = nil;
      fail(Status::internal, "Cannot begin work on the GPU");
    }
    return encoder;
  }
};

Commands::Commands(std::shared_ptr<Gpu> gpu) : impl_(std::make_unique<Impl>()) {
  impl_->gpu = std::move(gpu);
}

Commands::~Commands() { discard(); }

bool Commands::pending() const { return impl_->encoder != nil; }

void Commands::set_pipeline(const Pipeline* pipeline) {
  [impl_->open() setComputePipelineState:as_metal(pipeline)];
}

void Commands::set_buffer(int index, GpuBuffer* buffer, std::size_t offset,
                          std::size_t bytes, bool writes) {
  [impl_->open() setBuffer:as_metal(buffer)
                    offset:offset
                   atIndex:static_cast<NSUInteger>(index)];
#if MAMBA_SIMULATOR
  simulator_declare((__bridge void*)impl_->encoder,
                    static_cast<uint32_t>(index), bytes, writes ? 1 : 0);
#else
  // Metal wants to know neither.
  (void)bytes;
  (void)writes;
#endif
}

void Commands::set_bytes(int index, const void* data, std::size_t bytes) {
  [impl_->open() setBytes:data
                   length:bytes
                  atIndex:static_cast<NSUInteger>(index)];
}

void Commands::set_threadgroup_bytes(int index, std::size_t bytes) {
  [impl_->open() setThreadgroupMemoryLength:bytes
                                    atIndex:static_cast<NSUInteger>(index)];
}

void Commands::dispatch(Size groups, Size threads) {
  [impl_->open() dispatchThreadgroups:as_metal(groups)
                threadsPerThreadgroup:as_metal(threads)];
}

void Commands::barrier() {
  [impl_->open() memoryBarrierWithScope:MTLBarrierScopeBuffers];
}

double Commands::run() {
  if (!pending()) return 0;
  return in_pool([&] {
    [impl_->encoder endEncoding];
    id<MTLCommandBuffer> buffer = impl_->buffer;
    impl_->encoder = nil;
    impl_->buffer = nil;
    [buffer commit];
    [buffer waitUntilCompleted];
    if (buffer.status == MTLCommandBufferStatusCompleted) {
      return buffer.GPUEndTime - buffer.GPUStartTime;
    }
    NSError* error = buffer.error;
    const bool full =
        error != nil && error.code == MTLCommandBufferErrorOutOfMemory;
    fail(full ? Status::out_of_memory : Status::internal,
         "Cannot finish the GPU's work: %s; try again, or use the cpu",
         text_of(error).c_str());
  });
}

void Commands::discard() {
  if (!pending()) return;
  @autoreleasepool {
    [impl_->encoder endEncoding];
    impl_->encoder = nil;
    impl_->buffer = nil;
  }
}

}  // namespace mamba::metal
