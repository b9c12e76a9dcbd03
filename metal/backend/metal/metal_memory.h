// Memory of both the CPU and the GPU, and whose it is.
#pragma once

#include <map>
#include <memory>
#include <mutex>

#include "backend/metal/gpu.h"
#include "core/memory.h"

namespace mamba::metal {

class MetalMemory final : public Memory {
 public:
  // What kernels read 16 bytes of at a time begins at a multiple of it.
  static constexpr std::size_t kAlignment = 16;

  explicit MetalMemory(std::shared_ptr<Gpu> gpu) : gpu_(std::move(gpu)) {}
  ~MetalMemory() override;

  void* allocate(std::size_t bytes) override;
  void free(void* data) override;
  bool is_host() const override { return false; }
  bool share(const void* data, std::size_t bytes) override;
  void unshare(const void* data) override;
  std::size_t matrix_alignment(Dtype) const override { return kAlignment; }
  uint64_t limit() const override { return gpu_->description().working_set; }

  struct Place {
    GpuBuffer* buffer = nullptr;  // null = the memory is not in here
    std::size_t offset = 0;
  };
  // Of `bytes` bytes from `data` on, all in one buffer.
  Place find(const void* data, std::size_t bytes) const;

 private:
  struct Region {
    GpuBuffer* buffer = nullptr;
    std::size_t bytes = 0;
    std::size_t offset = 0;  // of the region in its buffer
    // Of small allocations, which share a buffer.
    bool is_chunk = false;
    std::size_t used = 0;
    int allocations = 0;
  };
  using Regions = std::map<uintptr_t, Region>;

  void* allocate_small(std::size_t bytes);
  void* add_region(std::size_t bytes, bool is_chunk);
  Regions::const_iterator region_of(uintptr_t place) const;

  const std::shared_ptr<Gpu> gpu_;
  mutable std::mutex mutex_;
  Regions regions_;      // by their first address
  uintptr_t chunk_ = 0;  // that small allocations come from; 0 = none yet
};

}  // namespace mamba::metal
