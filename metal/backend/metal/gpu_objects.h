// What is behind gpu.h in Objective-C, for the .mm files alone.
#pragma once

#import <Foundation/Foundation.h>
#import <Metal/Metal.h>

#include <exception>
#include <mutex>
#include <string>
#include <unordered_map>

#include "backend/metal/gpu.h"

namespace mamba::metal {

inline std::string text_of(NSError* error) {
  if (error == nil) return "no reason was given";
  return error.localizedDescription.UTF8String;
}

inline id<MTLBuffer> as_metal(GpuBuffer* buffer) {
  return (__bridge id<MTLBuffer>)(void*)buffer;
}

inline MTLSize as_metal(Size size) {
  return MTLSizeMake(size.x, size.y, size.z);
}

inline id<MTLComputePipelineState> as_metal(const Pipeline* pipeline) {
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

struct Gpu::Impl {
  id<MTLDevice> device;
  id<MTLCommandQueue> queue;
  GpuDescription description;
  KernelTimes times;
  std::mutex mutex;
  // By what they are made from; kept as long as the device.
  std::unordered_map<std::string, id<MTLLibrary>> libraries;
  std::unordered_map<std::string, id<MTLComputePipelineState>> pipelines;

  id<MTLLibrary> library(const std::string& file);
  id<MTLComputePipelineState> compile(const Kernel& kernel);
};

}  // namespace mamba::metal
