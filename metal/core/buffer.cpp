#include "core/buffer.h"

#include <stdlib.h>
#include <sys/mman.h>

#include <cstdint>
#include <new>

namespace mamba {
namespace {

// Large pages spare look-ups where memory is streamed through.
constexpr std::size_t kHugePage = std::size_t{2} << 20;

}  // namespace

Buffer::Buffer(std::size_t bytes) {
  if (bytes == 0) return;
  if (bytes > PTRDIFF_MAX) throw std::bad_alloc();
  const bool huge = bytes >= 2 * kHugePage;
  if (posix_memalign(&data_, huge ? kHugePage : kAlignment, bytes) != 0) {
    data_ = nullptr;
    throw std::bad_alloc();
  }
#if defined(MADV_HUGEPAGE)
  // Advice only: a system without them gives ordinary pages.
  if (huge) (void)madvise(data_, bytes, MADV_HUGEPAGE);
#endif
  size_ = bytes;
}

Buffer::~Buffer() { free(data_); }

}  // namespace mamba
