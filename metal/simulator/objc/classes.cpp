// Loading of classes, and the search for methods.
#include <cstring>
#include <map>
#include <mutex>
#include <string>
#include <vector>

#include "simulator/objc/runtime.h"

namespace objc {
namespace {

// A bit of Class::info that the compiler leaves free.
constexpr uint64_t kResolved = uint64_t{1} << 32;

std::map<std::string, Class*>& classes() {
  static auto* all = new std::map<std::string, Class*>();
  return *all;
}

// Instance variables begin where those of the superclass end.
void lay_out(Class* cls) {
  if (cls->size > 0) return;
  const int64_t own = -cls->size;
  int64_t start = cls->super == nullptr ? 0 : cls->super->size;
  start = (start + 7) & ~int64_t{7};
  for (int i = 0; cls->ivars != nullptr && i < cls->ivars->count; ++i) {
    *cls->ivars->ivars[i].offset += static_cast<int32_t>(start);
  }
  cls->size = start + own;
}

void resolve(Class* cls) {
  if (cls == nullptr || (cls->info & kResolved) != 0) return;
  cls->info |= kResolved;
  resolve(cls->super);
  lay_out(cls);
  const Class* root = cls;
  while (root->super != nullptr) root = root->super;
  Class* meta = cls->isa;
  meta->isa = root->isa;
  // The class of the root class inherits the methods of its instances.
  meta->super = cls->super == nullptr ? cls : cls->super->isa;
  meta->info |= kResolved;
  classes()[cls->name] = cls;
}

Code method_of(const Class* cls, const char* selector) {
  for (MethodList* list = cls->methods; list != nullptr; list = list->next) {
    for (int i = 0; i < list->count; ++i) {
      const Method& method = list->methods[i];
      if (std::strcmp(method.selector->name, selector) == 0) return method.code;
    }
  }
  return nullptr;
}

// A thread's memory of the methods that it has found.
struct Found {
  const Class* cls;
  const Selector* selector;
  Code code;
};
constexpr std::size_t kRemembered = 512;
// On the heap: a library that a process opens late has little room of its own
// for every thread.
thread_local std::vector<Found> found(kRemembered);

Found& place_of(const Class* cls, const Selector* selector) {
  const auto mixed = reinterpret_cast<uintptr_t>(cls) / 16 * 31 +
                     reinterpret_cast<uintptr_t>(selector) / 16;
  return found[mixed % kRemembered];
}

}  // namespace

Code find_method(Class* cls, const char* selector) {
  for (; cls != nullptr; cls = cls->super) {
    if (Code code = method_of(cls, selector)) return code;
  }
  return nullptr;
}

Class* class_of(Object* object) {
  if (!is_tagged(object)) return object->isa;
  static Class* tiny = classes().at("GSTinyString");
  return tiny;
}

}  // namespace objc

using objc::Class;
using objc::Code;
using objc::Object;
using objc::Selector;

extern "C" {

void __objc_load(objc::Image* image) {
  for (Class** at = image->classes; at < image->classes_end; ++at) {
    // The section holds the classes' addresses.
    objc::resolve(*at);
  }
}

Class* objc_lookup_class(const char* name) {
  const auto found = objc::classes().find(name);
  return found == objc::classes().end() ? nullptr : found->second;
}

Code objc_msg_lookup_super(objc::Super* super, Selector* selector) {
  Code code = objc::find_method(super->super, selector->name);
  if (code == nullptr) {
    objc::stop("no superclass of %s has the method %s",
               objc::class_of(super->self)->name, selector->name);
  }
  return code;
}

// Called by objc_msgSend; `self` is not nil.
Code simulator_find_code(Object* self, Selector* selector) {
  Class* cls = objc::class_of(self);
  objc::Found& place = objc::place_of(cls, selector);
  if (place.cls == cls && place.selector == selector) return place.code;
  Code code = objc::find_method(cls, selector->name);
  if (code == nullptr) {
    objc::stop("%s has no method %s", cls->name, selector->name);
  }
  place = {cls, selector, code};
  return code;
}
}
