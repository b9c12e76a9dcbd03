// The device, its memory and its kernels, behind plain C++: with commands.h
// everything that is Objective-C.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "backend/metal/kernel_times.h"

namespace mamba::metal {

// A kernel function in one of the files of kernels/. Both texts are literals.
struct Kernel {
  const char* file;  // the stem
  const char* name;
};

struct Size {
  uint32_t x = 1, y = 1, z = 1;
};

struct GpuDescription {
  std::string name;    // "Apple M1"
  std::string system;  // "Version 14.4 (Build 23E214)"
  uint64_t registry_id = 0;
  uint64_t working_set = 0;  // bytes that it can work with
};

class GpuBuffer;  // memory that the device reads and writes
class Pipeline;   // a compiled kernel

class Gpu {
 public:
  // This process's; null with the reason where there is none that will do.
  static std::shared_ptr<Gpu> open(std::string* reason);
  // Throws Error (unsupported) instead.
  static std::shared_ptr<Gpu> open_or_fail();
  ~Gpu();
  Gpu(const Gpu&) = delete;
  Gpu& operator=(const Gpu&) = delete;

  const GpuDescription& description() const;

  // What kernels take while somebody wants to know. Any thread.
  KernelTimes& times();

  // Memory of both the CPU and the device. Throws std::bad_alloc.
  GpuBuffer* allocate(std::size_t bytes);
  // Lets the device read whole pages that are there already; null if it
  // cannot.
  GpuBuffer* wrap(void* pages, std::size_t bytes);
  static void* contents(GpuBuffer* buffer);
  void release(GpuBuffer* buffer);

  // Compiled on first use, then kept. Throws Error (unsupported) with the
  // compiler's words. Any thread.
  Pipeline* pipeline(const Kernel& kernel);
  static uint32_t most_threads(const Pipeline* pipeline);
  // The names of the kernels of a file, in order. Throws like pipeline().
  std::vector<std::string> kernels_of(const std::string& file);

 private:
  friend class Commands;
  struct Impl;
  Gpu();
  std::unique_ptr<Impl> impl_;
};

}  // namespace mamba::metal
