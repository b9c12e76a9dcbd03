// What the device is told to do, behind plain C++.
#pragma once

#include <cstddef>
#include <memory>

#include "backend/metal/gpu.h"

namespace mamba::metal {

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

  // Runs all of it, and waits; the seconds that the device worked on it. Throws
  // Error with what the device says.
  double run();
  void discard();

  static constexpr std::size_t kMostBytes = 4096;
  static constexpr int kMostBuffers = 31;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace mamba::metal
