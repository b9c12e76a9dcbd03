// The tables that clang writes with -fobjc-runtime=gnustep-2.0, as far as this
// runtime reads them.
#pragma once

#include <cstdint>

namespace objc {

using Code = void (*)();

struct Selector {
  const char* name;
  const char* types;
};

struct Method {
  Code code;
  Selector* selector;
  const char* types;
};

struct MethodList {
  MethodList* next;
  int32_t count;
  int64_t size;
  Method methods[1];  // count of them
};

struct Ivar {
  const char* name;
  const char* type;
  int32_t* offset;
  uint32_t size;
  uint32_t flags;
};

struct IvarList {
  int32_t count;
  int64_t size;
  Ivar ivars[1];  // count of them
};

struct Class {
  Class* isa;
  Class* super;
  const char* name;
  int64_t version;
  uint64_t info;
  int64_t size;  // negative until the superclass is known: the own part alone
  IvarList* ivars;
  MethodList* methods;
  void* unused[7];
  int64_t abi;
  void* properties;
};

struct Object {
  Class* isa;
};

// Where the linker put the tables of this library.
struct Image {
  uint64_t version;
  Selector* selectors;
  Selector* selectors_end;
  Class** classes;
  Class** classes_end;
  void* unused[12];
};

// What a call of `super` looks up.
struct Super {
  Object* self;
  Class* super;
};

// Short constant strings live in the pointer itself.
inline bool is_tagged(const void* object) {
  return (reinterpret_cast<uintptr_t>(object) & 7) != 0;
}

}  // namespace objc
