#include "backend/metal/metal_memory.h"

#include <new>

namespace mamba::metal {
namespace {

constexpr std::size_t kCacheLine = 128;
// What is smaller shares a buffer with others: the system keeps a list of the
// buffers that a command buffer uses.
constexpr std::size_t kSmall = std::size_t{256} << 10;
constexpr std::size_t kChunk = std::size_t{4} << 20;
constexpr std::size_t kPage = std::size_t{16} << 10;

std::size_t round_up(std::size_t value, std::size_t multiple) {
  return (value + multiple - 1) / multiple * multiple;
}

}  // namespace

MetalMemory::~MetalMemory() {
  for (const auto& [begin, region] : regions_) gpu_->release(region.buffer);
}

void* MetalMemory::allocate(std::size_t bytes) {
  const std::size_t size = round_up(bytes, kCacheLine);
  if (bytes == 0 || size < bytes) throw std::bad_alloc();
  const std::lock_guard<std::mutex> lock(mutex_);
  return size < kSmall ? allocate_small(size) : add_region(size, false);
}

void* MetalMemory::allocate_small(std::size_t bytes) {
  auto chunk = regions_.find(chunk_);
  if (chunk == regions_.end() ||
      chunk->second.used + bytes > chunk->second.bytes) {
    chunk_ = reinterpret_cast<uintptr_t>(add_region(kChunk, true));
    chunk = regions_.find(chunk_);
  }
  Region& region = chunk->second;
  void* place = reinterpret_cast<void*>(chunk_ + region.used);
  region.used += bytes;
  ++region.allocations;
  return place;
}

void* MetalMemory::add_region(std::size_t bytes, bool is_chunk) {
  Region region;
  region.buffer = gpu_->allocate(bytes);
  region.bytes = bytes;
  region.is_chunk = is_chunk;
  void* data = Gpu::contents(region.buffer);
  regions_.emplace(reinterpret_cast<uintptr_t>(data), region);
  return data;
}

void MetalMemory::free(void* data) {
  const std::lock_guard<std::mutex> lock(mutex_);
  const auto found = region_of(reinterpret_cast<uintptr_t>(data));
  if (found == regions_.end()) return;
  Region& region = regions_.at(found->first);
  if (region.is_chunk && --region.allocations > 0) return;
  if (region.is_chunk && found->first == chunk_) {
    region.used = 0;  // from the beginning again
    return;
  }
  gpu_->release(region.buffer);
  regions_.erase(found);
}

bool MetalMemory::share(const void* data, std::size_t bytes) {
  const auto begin = reinterpret_cast<uintptr_t>(data);
  const uintptr_t page = begin / kPage * kPage;
  Region region;
  region.bytes = bytes;
  region.offset = begin - page;
  region.buffer = gpu_->wrap(reinterpret_cast<void*>(page),
                             round_up(region.offset + bytes, kPage));
  if (region.buffer == nullptr) return false;
  const std::lock_guard<std::mutex> lock(mutex_);
  regions_.emplace(begin, region);
  return true;
}

void MetalMemory::unshare(const void* data) {
  const std::lock_guard<std::mutex> lock(mutex_);
  const auto found = regions_.find(reinterpret_cast<uintptr_t>(data));
  if (found == regions_.end()) return;
  gpu_->release(found->second.buffer);
  regions_.erase(found);
}

MetalMemory::Regions::const_iterator MetalMemory::region_of(
    uintptr_t place) const {
  auto after = regions_.upper_bound(place);
  if (after == regions_.begin()) return regions_.end();
  --after;
  return place - after->first < after->second.bytes ? after : regions_.end();
}

MetalMemory::Place MetalMemory::find(const void* data,
                                     std::size_t bytes) const {
  const auto begin = reinterpret_cast<uintptr_t>(data);
  const std::lock_guard<std::mutex> lock(mutex_);
  const auto found = region_of(begin);
  if (found == regions_.end()) return {};
  const Region& region = found->second;
  const std::size_t inside = begin - found->first;
  if (bytes > region.bytes - inside) return {};
  return {region.buffer, region.offset + inside};
}

}  // namespace mamba::metal
