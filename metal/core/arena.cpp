#include "core/arena.h"

#include <algorithm>
#include <new>

namespace mamba {
namespace {

constexpr std::size_t kSmallestBlock = std::size_t{64} << 10;

}  // namespace

void* Arena::allocate_bytes(std::size_t bytes) {
  if (bytes > PTRDIFF_MAX) throw std::bad_alloc();
  bytes = (bytes + Buffer::kAlignment - 1) & ~(Buffer::kAlignment - 1);
  while (at_.block < blocks_.size()) {
    Buffer& block = blocks_[at_.block];
    if (bytes <= block.size() - at_.used) {
      void* result = static_cast<char*>(block.data()) + at_.used;
      at_.used += bytes;
      return result;
    }
    if (at_.block + 1 == blocks_.size()) break;
    at_ = {at_.block + 1, 0};
  }
  blocks_.emplace_back(std::max(bytes, kSmallestBlock), memory_);
  at_ = {blocks_.size() - 1, bytes};
  return blocks_.back().data();
}

// Not inline: files with flags of their own must not bring their copy.
void Arena::rewind(Mark mark) {
  if (!held_) at_ = mark;
}

void Arena::reset() {
  at_ = {};
  held_ = false;
  if (blocks_.size() <= 1) return;
  std::size_t total = 0;
  for (const Buffer& block : blocks_) total += block.size();
  blocks_.clear();
  blocks_.emplace_back(total, memory_);
}

}  // namespace mamba
