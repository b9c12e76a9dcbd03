// The callbacks of the sanitizers that instrument checked kernels. Those of
// -fsanitize=thread come before every access of a kernel.
#include <cstring>

#include "simulator/runtime/checker.h"

namespace {

void touch(const void* memory, std::size_t bytes, mtl_access_kind kind,
           const void* pc) {
  if (bytes > 0) mtl_touch(memory, static_cast<unsigned>(bytes), kind, 1, pc);
}

// The kernel cannot go on: the processor might trap.
void refuse(const char* kind, const char* what, const void* pc) {
  simulator::Core* core = simulator::Core::running();
  if (core == nullptr) return;
  core->job().report->add(kind, core->culprit(), pc, "%s", what);
  core->abandon();
}

}  // namespace

#define PC __builtin_return_address(0)
#define ACCESS(name, n)                                                 \
  void __tsan_##name##read##n(void* at) { touch(at, n, M_READ, PC); }   \
  void __tsan_##name##write##n(void* at) { touch(at, n, M_WRITE, PC); } \
  void __tsan_##name##read_write##n(void* at) {                         \
    touch(at, n, M_READ, PC);                                           \
    touch(at, n, M_WRITE, PC);                                          \
  }
#define UNDEFINED(name, kind, what) \
  void __ubsan_handle_##name() { refuse(kind, what, PC); }

extern "C" {
ACCESS(, 1)
ACCESS(, 2)
ACCESS(, 4)
ACCESS(, 8)
ACCESS(, 16)
ACCESS(unaligned_, 2)
ACCESS(unaligned_, 4)
ACCESS(unaligned_, 8)
ACCESS(unaligned_, 16)

void __tsan_init() {}
void* __tsan_memcpy(void* to, const void* from, std::size_t bytes) {
  touch(from, bytes, M_READ, PC);
  touch(to, bytes, M_WRITE, PC);
  return std::memcpy(to, from, bytes);
}
void* __tsan_memmove(void* to, const void* from, std::size_t bytes) {
  touch(from, bytes, M_READ, PC);
  touch(to, bytes, M_WRITE, PC);
  return std::memmove(to, from, bytes);
}
void* __tsan_memset(void* at, int value, std::size_t bytes) {
  touch(at, bytes, M_WRITE, PC);
  return std::memset(at, value, bytes);
}

// They are called with a description and values, which are not needed.
UNDEFINED(type_mismatch_v1, "align", "uses an address that is not aligned")
UNDEFINED(out_of_bounds, "bounds", "uses an index outside of its array")
UNDEFINED(divrem_overflow, "undefined", "divides by zero")
UNDEFINED(add_overflow, "undefined", "adds beyond the range of int")
UNDEFINED(sub_overflow, "undefined", "subtracts beyond the range of int")
UNDEFINED(mul_overflow, "undefined", "multiplies beyond the range of int")
UNDEFINED(negate_overflow, "undefined", "negates beyond the range of int")
}
