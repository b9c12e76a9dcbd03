#include "core/large_pages.h"

#include <sys/mman.h>

#include <cstdio>
#include <cstring>
#include <utility>

namespace mamba {
namespace {

#if defined(__linux__)
// Smaller files stay in the processor's caches, where pages do not matter.
constexpr uint64_t kWorthIt = uint64_t{8} << 20;

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
#endif

}  // namespace

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

LargeBlock::LargeBlock(std::size_t bytes) {
  const std::size_t size = round_up(bytes, kLargePage);
  if (size < bytes || size + kLargePage < size) return;
  int flags = MAP_PRIVATE | MAP_ANONYMOUS;
#if defined(MAP_NORESERVE)
  flags |= MAP_NORESERVE;
#endif
  void* base =
      mmap(nullptr, size + kLargePage, PROT_READ | PROT_WRITE, flags, -1, 0);
  if (base == MAP_FAILED) return;
  // What is before the first large page and after the last goes back.
  const auto address = reinterpret_cast<uintptr_t>(base);
  const std::size_t before = round_up(address, kLargePage) - address;
  data_ = static_cast<char*>(base) + before;
  size_ = size;
  if (before > 0) munmap(base, before);
  if (before < kLargePage) munmap(data_ + size_, kLargePage - before);
#if defined(MADV_HUGEPAGE)
  // Advice only: a system without them gives ordinary pages.
  (void)madvise(data_, size_, MADV_HUGEPAGE);
#endif
}

LargeBlock::~LargeBlock() {
  if (size_ > 0) munmap(data_, size_);
}

void LargeBlock::swap(LargeBlock& other) {
  std::swap(data_, other.data_);
  std::swap(size_, other.size_);
}

bool LargeBlock::move_first_page(void* place) {
#if defined(__linux__)
  if (size_ < kLargePage) return false;
  // The system holds every page fault of the process until it is done.
  if (mprotect(data_, kLargePage, PROT_READ) != 0 ||
      mremap(data_, kLargePage, kLargePage, MREMAP_MAYMOVE | MREMAP_FIXED,
             place) == MAP_FAILED) {
    return false;
  }
  // Those addresses may be somebody else's from now on.
  data_ += kLargePage;
  size_ -= kLargePage;
  return true;
#else
  (void)place;
  return false;
#endif
}

}  // namespace mamba
