#import <Foundation/Foundation.h>
#import <Metal/Metal.h>

#include <algorithm>
#include <cstring>
#include <exception>
#include <mutex>
#include <new>
#include <unordered_map>

#include "backend/metal/gpu.h"
#include "backend/metal/kernel_source.h"
#include "core/error.h"
#if MAMBA_SIMULATOR
#include "simulator/device/control.h"
#endif

namespace mamba::metal {
namespace {

std::string text_of(NSError* error) {
  if (error == nil) return "no reason was given";
  return error.localizedDescription.UTF8String;
}

id<MTLBuffer> as_metal(GpuBuffer* buffer) {
  return (__bridge id<MTLBuffer>)(void*)buffer;
}

MTLSize as_metal(Size size) { return MTLSizeMake(size.x, size.y, size.z); }

id<MTLComputePipelineState> as_metal(const Pipeline* pipeline) {
  return (__bridge id<MTLComputePipelineState>)(void*)pipeline;
}

// Does what may throw in a pool of its own, which an exception that left it
// would leave open.
template <typename Work>
auto in_pool(Work work) {
  std::exception_ptr problem;
  @autoreleasepool {
    try {
      return work();
    } catch (...) {
      problem = std::current_exception();
    }
  }
  std::rethrow_exception(problem);
}

// A process without windows may have no default device, one in a sandbox no
// list of them.
id<MTLDevice> first_device() {
  id<MTLDevice> device = MTLCopyAllDevices().firstObject;
  return device != nil ? device : MTLCreateSystemDefaultDevice();
}

}  // namespace

struct Gpu::Impl {
  id<MTLDevice> device;
  id<MTLCommandQueue> queue;
  GpuDescription description;
  std::mutex mutex;
  // By what they are made from; kept as long as the device.
  std::unordered_map<std::string, id<MTLLibrary>> libraries;
  std::unordered_map<std::string, id<MTLComputePipelineState>> pipelines;

  id<MTLLibrary> library(const std::string& file);
  id<MTLComputePipelineState> compile(const Kernel& kernel);
};

Gpu::Gpu() : impl_(std::make_unique<Impl>()) {}

Gpu::~Gpu() {
  @autoreleasepool {
    impl_.reset();
  }
}

const GpuDescription& Gpu::description() const { return impl_->description; }

std::shared_ptr<Gpu> Gpu::open(std::string* reason) {
  static std::mutex mutex;
  // What is compiled is not compiled again. Never destroyed: other threads may
  // be at work when the process ends.
  static auto* shared = new std::shared_ptr<Gpu>();
  const std::lock_guard<std::mutex> lock(mutex);
  if (*shared != nullptr) return *shared;
  @autoreleasepool {
    id<MTLDevice> device = first_device();
    if (device == nil) {
      *reason = "there is no Metal device";
      return nullptr;
    }
    // Apple's own GPUs: 32 lanes, matrix units, memory shared with the CPU.
    if (!device.hasUnifiedMemory ||
        ![device supportsFamily:MTLGPUFamilyApple7]) {
      *reason = std::string(device.name.UTF8String) +
                " is not an Apple GPU (M1 or newer)";
      return nullptr;
    }
    std::shared_ptr<Gpu> gpu(new Gpu());
    Impl& impl = *gpu->impl_;
    impl.device = device;
    impl.queue = [device newCommandQueue];
    if (impl.queue == nil) {
      *reason = "the Metal device gives no command queue";
      return nullptr;
    }
    impl.description.name = device.name.UTF8String;
    impl.description.system =
        NSProcessInfo.processInfo.operatingSystemVersionString.UTF8String;
    impl.description.registry_id = device.registryID;
    impl.description.working_set = device.recommendedMaxWorkingSetSize;
    *shared = gpu;
    return gpu;
  }
}

GpuBuffer* Gpu::allocate(std::size_t bytes) {
  return in_pool([&] {
    id<MTLBuffer> buffer =
        [impl_->device newBufferWithLength:bytes
                                   options:MTLResourceStorageModeShared];
    if (buffer == nil) throw std::bad_alloc();
    return (GpuBuffer*)(__bridge_retained void*)buffer;
  });
}

GpuBuffer* Gpu::wrap(void* pages, std::size_t bytes) {
  @autoreleasepool {
    if (bytes > impl_->device.maxBufferLength) return nullptr;
    id<MTLBuffer> buffer =
        [impl_->device newBufferWithBytesNoCopy:pages
                                         length:bytes
                                        options:MTLResourceStorageModeShared
                                    deallocator:nil];
    if (buffer == nil) return nullptr;
    return (GpuBuffer*)(__bridge_retained void*)buffer;
  }
}

void* Gpu::contents(GpuBuffer* buffer) {
  // ARC keeps the owner of what it hands out until the end of the pool.
  @autoreleasepool {
    return as_metal(buffer).contents;
  }
}

void Gpu::release(GpuBuffer* buffer) {
  @autoreleasepool {
    (void)(__bridge_transfer id<MTLBuffer>)(void*)buffer;
  }
}

id<MTLLibrary> Gpu::Impl::library(const std::string& file) {
  const auto found = libraries.find(file);
  if (found != libraries.end()) return found->second;
  MTLCompileOptions* options = [MTLCompileOptions new];
  // A formula means what it says.
  options.fastMathEnabled = NO;
  options.languageVersion = MTLLanguageVersion2_4;
  NSError* error = nil;
  NSString* source =
      [NSString stringWithUTF8String:kernel_source(file).c_str()];
  id<MTLLibrary> library = [device newLibraryWithSource:source
                                                options:options
                                                  error:&error];
  if (library == nil) {
    fail(Status::unsupported,
         "Cannot compile the GPU kernels of %s.metal: %s; use the cpu",
         file.c_str(), text_of(error).c_str());
  }
  libraries[file] = library;
  return library;
}

id<MTLComputePipelineState> Gpu::Impl::compile(const Kernel& kernel) {
  id<MTLFunction> function = [library(kernel.file)
      newFunctionWithName:[NSString stringWithUTF8String:kernel.name]];
  if (function == nil) {
    fail(Status::internal, "Cannot find the GPU kernel %s in %s.metal",
         kernel.name, kernel.file);
  }
  NSError* error = nil;
  id<MTLComputePipelineState> pipeline =
      [device newComputePipelineStateWithFunction:function error:&error];
  if (pipeline == nil) {
    fail(Status::unsupported,
         "Cannot make the GPU kernel %s of %s.metal: %s; use the cpu",
         kernel.name, kernel.file, text_of(error).c_str());
  }
  return pipeline;
}

Pipeline* Gpu::pipeline(const Kernel& kernel) {
  return in_pool([&] {
    const std::lock_guard<std::mutex> lock(impl_->mutex);
    const auto found = impl_->pipelines.find(kernel.name);
    if (found != impl_->pipelines.end()) {
      return (Pipeline*)(__bridge void*)found->second;
    }
    id<MTLComputePipelineState> made = impl_->compile(kernel);
    impl_->pipelines[kernel.name] = made;
    return (Pipeline*)(__bridge void*)made;
  });
}

std::vector<std::string> Gpu::kernels_of(const std::string& file) {
  return in_pool([&] {
    const std::lock_guard<std::mutex> lock(impl_->mutex);
    std::vector<std::string> names;
    for (NSString* name in impl_->library(file).functionNames) {
      names.push_back(name.UTF8String);
    }
    std::sort(names.begin(), names.end());
    return names;
  });
}

uint32_t Gpu::most_threads(const Pipeline* pipeline) {
  return static_cast<uint32_t>(
      as_metal(pipeline).maxTotalThreadsPerThreadgroup);
}

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

void Commands::run() {
  if (!pending()) return;
  in_pool([&] {
    [impl_->encoder endEncoding];
    id<MTLCommandBuffer> buffer = impl_->buffer;
    impl_->encoder = nil;
    impl_->buffer = nil;
    [buffer commit];
    [buffer waitUntilCompleted];
    if (buffer.status == MTLCommandBufferStatusCompleted) return;
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
