#include <sys/mman.h>

#include <cstring>

#include "simulator/device/misuse.h"
#import "simulator/device/objects.h"

using simulator::misuse;

namespace {

// Metal gives whole pages; this is what a host may count on.
constexpr std::size_t kAlignment = 256;
constexpr std::size_t kGuard = 4096;
constexpr NSUInteger kPage = 16384;

std::atomic<uint64_t> allocated{0};

std::size_t round_up(std::size_t value, std::size_t multiple) {
  return (value + multiple - 1) / multiple * multiple;
}

}  // namespace

uint64_t simulator::allocated_bytes() { return allocated; }

@implementation SimulatedBuffer {
  NSUInteger _length;
  MTLResourceOptions _options;
  void* _mapping;  // null if the memory is somebody else's
  std::size_t _mapped;
  void (^_deallocator)(void*, NSUInteger);
}

- (instancetype)initWithDevice:(id<MTLDevice>)device
                        length:(NSUInteger)length
                       options:(MTLResourceOptions)options {
  self = [super initWithDevice:device];
  _length = length;
  _options = options;
  const std::size_t used = round_up(length, kAlignment);
  const std::size_t pages = round_up(used, kGuard);
  _mapped = pages + kGuard;
  _mapping = mmap(nullptr, _mapped, PROT_READ | PROT_WRITE,
                  MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (_mapping == MAP_FAILED) {
    _mapping = nullptr;
    return nil;
  }
  auto* memory = static_cast<char*>(_mapping);
  std::memset(memory, 0xff, pages);
  mprotect(memory + pages, kGuard, PROT_NONE);
  _data = memory + pages - used;
  allocated += _length;
  return self;
}

- (instancetype)initWithDevice:(id<MTLDevice>)device
                         bytes:(void*)bytes
                        length:(NSUInteger)length
                   deallocator:(void (^)(void*, NSUInteger))block {
  self = [super initWithDevice:device];
  if (reinterpret_cast<uintptr_t>(bytes) % kPage != 0 || length % kPage != 0) {
    misuse(
        "newBufferWithBytesNoCopy: %p, %lu bytes is not whole pages of 16 KB",
        bytes, length);
  }
  _length = length;
  _data = static_cast<char*>(bytes);
  _deallocator = block;
  allocated += _length;
  return self;
}

- (void)dealloc {
  if (_users > 0) {
    misuse("a buffer is released while a command buffer uses it unretained");
  }
  if (_data != nullptr) allocated -= _length;
  if (_mapping != nullptr) munmap(_mapping, _mapped);
  if (_deallocator != nil) _deallocator(_data, _length);
}

- (void*)contents {
  return self.storageMode == MTLStorageModePrivate ? nullptr : _data;
}
- (NSUInteger)length {
  return _length;
}
- (NSUInteger)allocatedSize {
  return round_up(_length, kPage);
}
- (MTLResourceOptions)resourceOptions {
  return _options;
}
- (MTLStorageMode)storageMode {
  return (MTLStorageMode)(_options >> 4 & 15);
}
@end
