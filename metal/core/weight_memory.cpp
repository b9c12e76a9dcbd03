#include "core/weight_memory.h"

#include <sys/mman.h>

#include <cstdio>
#include <cstring>
#include <new>

namespace mamba {
namespace {

constexpr std::size_t kLargePage = std::size_t{2} << 20;
constexpr std::size_t kCacheLine = 64;

std::size_t round_up(std::size_t value, std::size_t multiple) {
  return (value + multiple - 1) / multiple * multiple;
}

#if defined(__linux__)
// Smaller files stay in the processor's caches, where pages do not matter.
constexpr uint64_t kWorthIt = uint64_t{8} << 20;

// "always [madvise] never": the word in brackets is in force.
bool has_large_pages() {
  std::FILE* file =
      std::fopen("/sys/kernel/mm/transparent_hugepage/enabled", "r");
  if (file == nullptr) return false;
  char text[64] = "";
  const bool read = std::fgets(text, sizeof(text), file) != nullptr;
  std::fclose(file);
  return read && std::strstr(text, "[never]") == nullptr;
}

// Memory that could be had without swapping; 0 if the system does not tell.
uint64_t available_memory() {
  std::FILE* file = std::fopen("/proc/meminfo", "r");
  if (file == nullptr) return 0;
  char line[128];
  unsigned long long kilobytes = 0;
  while (std::fgets(line, sizeof(line), file) != nullptr) {
    if (std::sscanf(line, "MemAvailable: %llu kB", &kilobytes) == 1) break;
  }
  std::fclose(file);
  return static_cast<uint64_t>(kilobytes) * 1024;
}
#endif

}  // namespace

WeightMemory::~WeightMemory() {
  if (base_ != nullptr) munmap(base_, mapped_);
}

void WeightMemory::reserve(std::size_t capacity) {
  reserved_ = true;
  if (!memory_->is_host()) return;
  mapped_ = round_up(capacity, kLargePage) + kLargePage;
  int flags = MAP_PRIVATE | MAP_ANONYMOUS;
#if defined(MAP_NORESERVE)
  flags |= MAP_NORESERVE;
#endif
  void* base = mmap(nullptr, mapped_, PROT_READ | PROT_WRITE, flags, -1, 0);
  if (base == MAP_FAILED) throw std::bad_alloc();
  base_ = base;
  capacity_ = round_up(capacity, kLargePage);
  first_ = reinterpret_cast<char*>(
      round_up(reinterpret_cast<uintptr_t>(base), kLargePage));
#if defined(MADV_HUGEPAGE)
  // Advice only: a system without them gives ordinary pages.
  (void)madvise(first_, capacity_, MADV_HUGEPAGE);
#endif
}

void* WeightMemory::allocate(std::size_t bytes) {
  if (!memory_->is_host()) {
    matrices_.emplace_back(bytes, *memory_);
    return matrices_.back().data();
  }
  const std::size_t size = round_up(bytes, kCacheLine);
  if (size < bytes || size > capacity_ - used_) throw std::bad_alloc();
  void* place = first_ + used_;
  used_ += size;
  return place;
}

bool copying_pays(uint64_t file_bytes) {
#if defined(__linux__)
  // Half: the file itself should stay in the system's cache beside the copy.
  return file_bytes >= kWorthIt && has_large_pages() &&
         file_bytes <= available_memory() / 2;
#else
  (void)file_bytes;
  return false;
#endif
}

}  // namespace mamba
