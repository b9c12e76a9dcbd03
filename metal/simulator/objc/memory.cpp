// Reference counts, autorelease pools, and what ARC calls.
#include <atomic>
#include <cstdlib>
#include <cstring>
#include <new>
#include <vector>

#include "simulator/objc/blocks.h"
#include "simulator/objc/runtime.h"

namespace objc {
namespace {

// Lies before every object, so that objects look as they do on a Mac.
struct alignas(16) Header {
  std::atomic<int64_t> references;
};

Header* header_of(Object* object) {
  return reinterpret_cast<Header*>(object) - 1;
}

// Strings that the compiler made are not counted.
bool is_constant(Object* object) {
  return object == nullptr || is_tagged(object) ||
         std::strcmp(object->isa->name, "NSConstantString") == 0;
}

using Hook = void (*)(Object*, Selector*);

// Calls the own implementation of every class, not one that is inherited.
void call_own(Class* cls, Object* object, const char* name) {
  for (MethodList* list = cls->methods; list != nullptr; list = list->next) {
    for (int i = 0; i < list->count; ++i) {
      const Method& method = list->methods[i];
      if (std::strcmp(method.selector->name, name) == 0) {
        reinterpret_cast<Hook>(method.code)(object, method.selector);
      }
    }
  }
}

void construct(Class* cls, Object* object) {
  if (cls == nullptr) return;
  construct(cls->super, object);
  call_own(cls, object, ".cxx_construct");
}

void destroy(Object* object) {
  static Selector dealloc = {"dealloc", "v16@0:8"};
  Class* cls = object->isa;
  if (Code code = find_method(cls, dealloc.name)) {
    reinterpret_cast<Hook>(code)(object, &dealloc);
  }
  for (Class* at = cls; at != nullptr; at = at->super) {
    call_own(at, object, ".cxx_destruct");
  }
  count_live(cls->name, -1);
  std::free(header_of(object));
}

thread_local std::vector<Object*>* thread_pools = nullptr;

struct EndOfPools {
  ~EndOfPools() {
    delete thread_pools;
    thread_pools = nullptr;
  }
};

// Of this thread; a null marks where a pool begins. What is destroyed when the
// process ends may pool after the thread's own objects are gone.
std::vector<Object*>& pools() {
  if (thread_pools == nullptr) {
    thread_local EndOfPools end;
    thread_pools = new std::vector<Object*>();
  }
  return *thread_pools;
}

}  // namespace

Object* allocate(Class* cls) {
  const auto size = sizeof(Header) + static_cast<std::size_t>(cls->size);
  void* memory = std::calloc(1, size);
  if (memory == nullptr) throw std::bad_alloc();
  auto* header = new (memory) Header{{1}};
  auto* object = reinterpret_cast<Object*>(header + 1);
  object->isa = cls;
  count_live(cls->name, 1);
  construct(cls, object);
  return object;
}

}  // namespace objc

using objc::Object;
using objc::Selector;

extern "C" {

Object* objc_retain(Object* object) {
  if (object != nullptr && objc::is_block(object)) {
    return static_cast<Object*>(_Block_copy(object));
  }
  if (!objc::is_constant(object)) ++objc::header_of(object)->references;
  return object;
}

void objc_release(Object* object) {
  if (object == nullptr) return;
  if (objc::is_block(object)) return _Block_release(object);
  if (objc::is_constant(object)) return;
  const int64_t left = --objc::header_of(object)->references;
  if (left < 0) objc::stop("%s is released too often", object->isa->name);
  if (left == 0) objc::destroy(object);
}

void* objc_autoreleasePoolPush() {
  objc::pools().push_back(nullptr);
  return reinterpret_cast<void*>(objc::pools().size());
}

void objc_autoreleasePoolPop(void* pool) {
  const auto start = reinterpret_cast<std::size_t>(pool);
  if (start > objc::pools().size()) objc::stop("a pool is popped twice");
  // A release can autorelease more.
  while (objc::pools().size() >= start) {
    Object* last = objc::pools().back();
    objc::pools().pop_back();
    objc_release(last);
  }
}

Object* objc_autorelease(Object* object) {
  if (objc::is_constant(object)) return object;
  if (objc::pools().empty()) {
    objc::count_unpooled(objc::is_block(object) ? "block" : object->isa->name);
  } else {
    objc::pools().push_back(object);
  }
  return object;
}

Object* objc_retainAutorelease(Object* object) {
  return objc_autorelease(objc_retain(object));
}
Object* objc_autoreleaseReturnValue(Object* object) {
  return objc_autorelease(object);
}
Object* objc_retainAutoreleaseReturnValue(Object* object) {
  return objc_retainAutorelease(object);
}
Object* objc_retainAutoreleasedReturnValue(Object* object) {
  return objc_retain(object);
}
Object* objc_unsafeClaimAutoreleasedReturnValue(Object* object) {
  return object;
}
Object* objc_retainBlock(Object* block) {
  return static_cast<Object*>(_Block_copy(block));
}

void objc_storeStrong(Object** place, Object* object) {
  objc_retain(object);
  Object* old = *place;
  *place = object;
  objc_release(old);
}

Object* objc_getProperty(Object* object, Selector*, int64_t offset, bool) {
  char* place = reinterpret_cast<char*>(object) + offset;
  return objc_retainAutorelease(*reinterpret_cast<Object**>(place));
}

void objc_setProperty_nonatomic(Object* object, Selector*, Object* value,
                                int64_t offset) {
  char* place = reinterpret_cast<char*>(object) + offset;
  objc_storeStrong(reinterpret_cast<Object**>(place), value);
}

void objc_setProperty_atomic(Object* object, Selector* selector, Object* value,
                             int64_t offset) {
  objc_setProperty_nonatomic(object, selector, value, offset);
}

// Nothing here can be changed, so that a copy is the thing itself.
void objc_setProperty_nonatomic_copy(Object* object, Selector* selector,
                                     Object* value, int64_t offset) {
  objc_setProperty_nonatomic(object, selector, value, offset);
}

void objc_setProperty_atomic_copy(Object* object, Selector* selector,
                                  Object* value, int64_t offset) {
  objc_setProperty_nonatomic(object, selector, value, offset);
}

void objc_enumerationMutation(Object*) {
  objc::stop("a collection was changed while it was enumerated");
}
}
