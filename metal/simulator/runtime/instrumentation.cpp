// The callbacks that -fsanitize=thread puts before every access of a kernel.
#include <cstring>

#include "simulator/runtime/checker.h"

namespace {

void touch(const void* memory, unsigned bytes, bool write, const void* pc) {
  mtl_touch(memory, bytes, write ? M_WRITE : M_READ, 1, pc);
}

// A whole vector wants as much as its largest element may.
void aligned(const void* memory, unsigned bytes, bool write, const void* pc) {
  const unsigned align = bytes < 8 ? bytes : 8;
  const simulator::Core* core = simulator::Core::running();
  if (core != nullptr && reinterpret_cast<uintptr_t>(memory) % align != 0) {
    core->job().report->add("align", core->culprit(), pc,
                            "%s %u bytes at an address that is not a multiple "
                            "of %u",
                            write ? "writes" : "reads", bytes, align);
  }
  touch(memory, bytes, write, pc);
}

void block(const void* memory, std::size_t bytes, bool write, const void* pc) {
  if (bytes > 0) touch(memory, static_cast<unsigned>(bytes), write, pc);
}

}  // namespace

#define PC __builtin_return_address(0)
#define CALLBACKS(n)                                                   \
  void __tsan_read##n(void* at) { aligned(at, n, false, PC); }         \
  void __tsan_write##n(void* at) { aligned(at, n, true, PC); }         \
  void __tsan_read_write##n(void* at) {                                \
    aligned(at, n, false, PC);                                         \
    touch(at, n, true, PC);                                            \
  }                                                                    \
  void __tsan_unaligned_read##n(void* at) { touch(at, n, false, PC); } \
  void __tsan_unaligned_write##n(void* at) { touch(at, n, true, PC); } \
  void __tsan_unaligned_read_write##n(void* at) {                      \
    touch(at, n, false, PC);                                           \
    touch(at, n, true, PC);                                            \
  }

extern "C" {
CALLBACKS(1)
CALLBACKS(2)
CALLBACKS(4)
CALLBACKS(8)
CALLBACKS(16)

void __tsan_init() {}
void __tsan_func_entry(void*) {}
void __tsan_func_exit() {}
void* __tsan_memcpy(void* to, const void* from, std::size_t bytes) {
  block(from, bytes, false, PC);
  block(to, bytes, true, PC);
  return std::memcpy(to, from, bytes);
}
void* __tsan_memmove(void* to, const void* from, std::size_t bytes) {
  block(from, bytes, false, PC);
  block(to, bytes, true, PC);
  return std::memmove(to, from, bytes);
}
void* __tsan_memset(void* at, int value, std::size_t bytes) {
  block(at, bytes, true, PC);
  return std::memset(at, value, bytes);
}
}
