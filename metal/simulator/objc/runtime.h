// A small Objective-C runtime for test builds on Linux: classes, messages,
// reference counts, autorelease pools and blocks, for code that is compiled
// with -fobjc-runtime=gnustep-2.0 -fobjc-arc -fblocks. No categories, weak
// references, exceptions or @synchronized: what uses them does not link, or is
// told when it is loaded.
#pragma once

#include <cstdint>
#include <string>

#include "simulator/objc/abi.h"

namespace objc {

// A new object of the class with one reference.
Object* allocate(Class* cls);

Class* class_of(Object* object);

// The code of a method, or null.
Code find_method(Class* cls, const char* selector);

// Objects and copied blocks that have not been released yet.
int64_t live_objects();

// "2 SimulatedBuffer, 1 block", empty if there are none.
std::string live_object_names();

// How many objects were autoreleased on a thread without an autorelease pool:
// nothing ever releases them.
int64_t unpooled_objects();
std::string unpooled_object_names();

// Keeps count of what lives and leaks.
void count_live(const char* name, int change);
void count_unpooled(const char* name);

// Says what is wrong, and ends the process.
[[noreturn]] void stop(const char* format, ...)
    __attribute__((format(printf, 1, 2)));

}  // namespace objc
