#include "simulator/objc/blocks.h"

#include <atomic>
#include <cstdint>
#include <cstdlib>
#include <cstring>

#include "simulator/objc/runtime.h"

// Only their addresses matter.
extern "C" {
void* _NSConcreteStackBlock[32];
void* _NSConcreteGlobalBlock[32];
void* _NSConcreteMallocBlock[32];
objc::Object* objc_retain(objc::Object* object);
void objc_release(objc::Object* object);
}

namespace objc {
namespace {

struct Descriptor {
  unsigned long reserved;
  unsigned long size;
  // Only with kHasHelpers:
  void (*copy)(void* to, const void* from);
  void (*dispose)(const void* block);
};

struct Block {
  void* isa;
  int32_t flags;
  std::atomic<int32_t> references;  // of a copy
  void* invoke;
  Descriptor* descriptor;
};
constexpr int32_t kHasHelpers = 1 << 25;

// A __block variable.
struct Variable {
  void* isa;
  Variable* forwarding;  // to the copy, once there is one
  int32_t flags;         // the low bits count a copy's references
  int32_t size;
  // Only with kHasHelpers:
  void (*copy)(void* to, void* from);
  void (*dispose)(void* variable);
};
constexpr int32_t kCounter = 0xffff;

// What a captured variable holds.
constexpr int kObject = 3;
constexpr int kBlock = 7;
constexpr int kVariable = 8;
constexpr int kKinds = 15;

Variable* copy_variable(Variable* from) {
  if ((from->forwarding->flags & kCounter) != 0) {
    ++from->forwarding->flags;
    return from->forwarding;
  }
  auto* copy =
      static_cast<Variable*>(std::malloc(static_cast<std::size_t>(from->size)));
  std::memcpy(copy, from, static_cast<std::size_t>(from->size));
  // One reference is the block's, one the function's that declared it.
  copy->flags = (from->flags & ~kCounter) | 2;
  copy->forwarding = copy;
  from->forwarding = copy;
  if ((from->flags & kHasHelpers) != 0) from->copy(copy, from);
  return copy;
}

void release_variable(Variable* variable) {
  variable = variable->forwarding;
  if ((variable->flags & kCounter) == 0) return;  // never copied
  if ((--variable->flags & kCounter) != 0) return;
  if ((variable->flags & kHasHelpers) != 0) variable->dispose(variable);
  std::free(variable);
}

}  // namespace

bool is_block(const void* object) {
  if (object == nullptr || is_tagged(object)) return false;
  const void* isa = *static_cast<void* const*>(object);
  return isa == _NSConcreteStackBlock || isa == _NSConcreteMallocBlock ||
         isa == _NSConcreteGlobalBlock;
}

}  // namespace objc

extern "C" {

void* _Block_copy(const void* given) {
  auto* block = static_cast<objc::Block*>(const_cast<void*>(given));
  if (block == nullptr || block->isa == _NSConcreteGlobalBlock) return block;
  if (block->isa == _NSConcreteMallocBlock) {
    ++block->references;
    return block;
  }
  const std::size_t size = block->descriptor->size;
  auto* copy = static_cast<objc::Block*>(std::malloc(size));
  std::memcpy(static_cast<void*>(copy), block, size);
  copy->isa = _NSConcreteMallocBlock;
  copy->references = 1;
  if ((block->flags & objc::kHasHelpers) != 0) {
    block->descriptor->copy(copy, block);
  }
  objc::count_live("block", 1);
  return copy;
}

void _Block_release(const void* given) {
  auto* block = static_cast<objc::Block*>(const_cast<void*>(given));
  if (block == nullptr || block->isa != _NSConcreteMallocBlock) return;
  if (--block->references != 0) return;
  if ((block->flags & objc::kHasHelpers) != 0) {
    block->descriptor->dispose(block);
  }
  std::free(block);
  objc::count_live("block", -1);
}

void _Block_object_assign(void* to, const void* from, int flags) {
  auto** place = static_cast<void**>(to);
  void* value = const_cast<void*>(from);
  switch (flags & objc::kKinds) {
    case objc::kObject:
      *place = objc_retain(static_cast<objc::Object*>(value));
      break;
    case objc::kBlock:
      *place = _Block_copy(value);
      break;
    case objc::kVariable:
      *place = objc::copy_variable(static_cast<objc::Variable*>(value));
      break;
    default:
      objc::stop("a block captures a thing of unknown kind (%d)", flags);
  }
}

void _Block_object_dispose(const void* given, int flags) {
  void* value = const_cast<void*>(given);
  switch (flags & objc::kKinds) {
    case objc::kObject:
      return objc_release(static_cast<objc::Object*>(value));
    case objc::kBlock:
      return _Block_release(value);
    case objc::kVariable:
      return objc::release_variable(static_cast<objc::Variable*>(value));
    default:
      objc::stop("a block captures a thing of unknown kind (%d)", flags);
  }
}

// C++ exceptions pass Objective-C++ code as they pass C++.
void __gnustep_objcxx_personality_v0();
}
#if defined(__x86_64__)
__asm__(
    ".text\n.globl __gnustep_objcxx_personality_v0\n"
    ".hidden __gnustep_objcxx_personality_v0\n"
    "__gnustep_objcxx_personality_v0:\n  jmp __gxx_personality_v0@PLT\n");
#else
__asm__(
    ".text\n.globl __gnustep_objcxx_personality_v0\n"
    ".hidden __gnustep_objcxx_personality_v0\n"
    "__gnustep_objcxx_personality_v0:\n  b __gxx_personality_v0\n");
#endif
