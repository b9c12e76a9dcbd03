#include "core/memory.h"

#include <stdlib.h>
#include <sys/mman.h>

#include <new>

namespace mamba {
namespace {

constexpr std::size_t kCacheLine = 64;
// Large pages spare look-ups where memory is streamed through.
constexpr std::size_t kHugePage = std::size_t{2} << 20;

class HostMemory final : public Memory {
 public:
  void* allocate(std::size_t bytes) override {
    if (bytes > PTRDIFF_MAX) throw std::bad_alloc();
    const bool huge = bytes >= 2 * kHugePage;
    void* data = nullptr;
    if (posix_memalign(&data, huge ? kHugePage : kCacheLine, bytes) != 0) {
      throw std::bad_alloc();
    }
#if defined(MADV_HUGEPAGE)
    // Advice only: a system without them gives ordinary pages.
    if (huge) (void)madvise(data, bytes, MADV_HUGEPAGE);
#endif
    return data;
  }
  void free(void* data) override { ::free(data); }
};

}  // namespace

bool Memory::share(const void*, std::size_t) { return true; }
void Memory::unshare(const void*) {}

const std::shared_ptr<Memory>& host_memory() {
  // Never destroyed: other static objects may still have buffers.
  static const auto& memory =
      *new std::shared_ptr<Memory>(std::make_shared<HostMemory>());
  return memory;
}

}  // namespace mamba
