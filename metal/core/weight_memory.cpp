#include "core/weight_memory.h"

#include <new>

namespace mamba {

void WeightMemory::reserve(std::size_t capacity) {
  reserved_ = true;
  if (!memory_->is_host()) return;
  block_ = LargeBlock(capacity);
  if (block_.data() == nullptr) throw std::bad_alloc();
}

void* WeightMemory::allocate(std::size_t bytes) {
  if (!memory_->is_host()) {
    tensors_.emplace_back(bytes, *memory_);
    return tensors_.back().data();
  }
  const std::size_t size = round_up(bytes, Buffer::kAlignment);
  if (size < bytes || size > block_.size() - used_) throw std::bad_alloc();
  void* place = block_.data() + used_;
  used_ += size;
  return place;
}

}  // namespace mamba
