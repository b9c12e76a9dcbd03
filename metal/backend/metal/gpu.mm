#include <algorithm>
#include <mutex>
#include <new>

#import "backend/metal/gpu_objects.h"
#include "backend/metal/kernel_source.h"
#include "core/error.h"

namespace mamba::metal {
namespace {

// A process without windows may have no default device, one in a sandbox no
// list of them.
id<MTLDevice> first_device() {
  id<MTLDevice> device = MTLCopyAllDevices().firstObject;
  return device != nil ? device : MTLCreateSystemDefaultDevice();
}

}  // namespace

Gpu::Gpu() : impl_(std::make_unique<Impl>()) {}

Gpu::~Gpu() {
  @autoreleasepool {
    impl_.reset();
  }
}

const GpuDescription& Gpu::description() const { return impl_->description; }

KernelTimes& Gpu::times() { return impl_->times; }

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

std::shared_ptr<Gpu> Gpu::open_or_fail() {
  std::string reason;
  std::shared_ptr<Gpu> gpu = open(&reason);
  if (gpu == nullptr) {
    fail(Status::unsupported, "Cannot use device metal: %s", reason.c_str());
  }
  return gpu;
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

}  // namespace mamba::metal
