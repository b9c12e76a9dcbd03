// Everything that is Objective-C, behind plain C++: the device, its memory, its
// kernels, and the commands that it is given.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

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
  ~Gpu();
  Gpu(const Gpu&) = delete;
  Gpu& operator=(const Gpu&) = delete;

  const GpuDescription& description() const;

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

// One command buffer at a time: filled, then run. One thread at a time.
class Commands {
 public:
  explicit Commands(std::shared_ptr<Gpu> gpu);
  ~Commands();

  // True from the first call of those below to run() or discard().
  bool pending() const;
  void set_pipeline(const Pipeline* pipeline);
  // Of the buffer, `bytes` bytes from `offset` on are read, or written too.
  void set_buffer(int index, GpuBuffer* buffer, std::size_t offset,
                  std::size_t bytes, bool writes);
  // At most kMostBytes, copied.
  void set_bytes(int index, const void* data, std::size_t bytes);
  void set_threadgroup_bytes(int index, std::size_t bytes);
  void dispatch(Size groups, Size threads);
  // What is dispatched after it sees what was written before it.
  void barrier();

  // Runs all of it, and waits. Throws Error with what the device says.
  void run();
  void discard();

  static constexpr std::size_t kMostBytes = 4096;
  static constexpr int kMostBuffers = 31;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace mamba::metal
