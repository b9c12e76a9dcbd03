#include "core/buffer.h"

namespace mamba {

Buffer::Buffer(std::size_t bytes) : Buffer(bytes, *host_memory()) {}

Buffer::Buffer(std::size_t bytes, Memory& memory) : memory_(&memory) {
  if (bytes == 0) return;
  data_ = memory.allocate(bytes);
  size_ = bytes;
}

Buffer::~Buffer() {
  if (data_ != nullptr) memory_->free(data_);
}

}  // namespace mamba
