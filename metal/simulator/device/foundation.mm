// The classes of Foundation that a Metal host uses, apart from strings.
#import <Foundation/Foundation.h>

#include <unistd.h>

#include <vector>

#import "simulator/device/foundation.h"
#include "simulator/device/misuse.h"
#include "simulator/objc/runtime.h"

id simulator_allocate(Class cls) {
  return (__bridge_transfer id)(void*)objc::allocate(
      (objc::Class*)(__bridge void*)cls);
}

@implementation NSObject
+ (instancetype)alloc {
  return simulator_allocate(self);
}
+ (instancetype)new {
  return [[self alloc] init];
}
+ (Class)class {
  return self;
}
- (instancetype)init {
  return self;
}
- (void)dealloc {
}
- (BOOL)isEqual:(id)object {
  return self == object;
}
- (NSUInteger)hash {
  return (NSUInteger)(__bridge void*)self / 16;
}
- (NSString*)description {
  auto* object = (objc::Object*)(__bridge void*)self;
  return [NSString stringWithUTF8String:objc::class_of(object)->name];
}
@end

@implementation NSError {
  NSErrorDomain _domain;
  NSInteger _code;
  NSString* _text;
}
+ (instancetype)simulatedWithDomain:(NSErrorDomain)domain
                               code:(NSInteger)code
                               text:(const std::string&)text {
  NSError* error = [NSError new];
  error->_domain = domain;
  error->_code = code;
  error->_text = [NSString stringWithUTF8String:text.c_str()];
  return error;
}
- (NSErrorDomain)domain {
  return _domain;
}
- (NSInteger)code {
  return _code;
}
- (NSString*)localizedDescription {
  return _text;
}
- (NSString*)description {
  return _text;
}
@end

@implementation NSArray {
  std::vector<id> _objects;
}
+ (instancetype)arrayWithObjects:(const id[])objects count:(NSUInteger)count {
  NSArray* array = [NSArray new];
  array->_objects.assign(objects, objects + count);
  return array;
}
- (NSUInteger)count {
  return _objects.size();
}
- (id)firstObject {
  return _objects.empty() ? nil : _objects.front();
}
- (id)objectAtIndex:(NSUInteger)index {
  if (index >= _objects.size()) {
    simulator::misuse("index %lu is beyond an array of %zu", index,
                      _objects.size());
  }
  return _objects[index];
}
- (id)objectAtIndexedSubscript:(NSUInteger)index {
  return [self objectAtIndex:index];
}
- (NSUInteger)countByEnumeratingWithState:(NSFastEnumerationState*)state
                                  objects:(id __unsafe_unretained[])buffer
                                    count:(NSUInteger)room {
  static unsigned long never_changes = 0;
  NSUInteger count = 0;
  while (count < room && state->state < _objects.size()) {
    buffer[count++] = _objects[state->state++];
  }
  state->itemsPtr = buffer;
  state->mutationsPtr = &never_changes;
  return count;
}
@end

@implementation NSProcessInfo
+ (NSProcessInfo*)processInfo {
  return [NSProcessInfo new];
}
- (NSOperatingSystemVersion)operatingSystemVersion {
  return {12, 3, 0};
}
- (NSString*)operatingSystemVersionString {
  return @"Version 12.3 (Build simulated)";
}
- (unsigned long long)physicalMemory {
  return (unsigned long long)sysconf(_SC_PHYS_PAGES) *
         (unsigned long long)sysconf(_SC_PAGE_SIZE);
}
- (BOOL)isOperatingSystemAtLeastVersion:(NSOperatingSystemVersion)version {
  const NSOperatingSystemVersion own = self.operatingSystemVersion;
  if (own.majorVersion != version.majorVersion) {
    return own.majorVersion > version.majorVersion;
  }
  if (own.minorVersion != version.minorVersion) {
    return own.minorVersion > version.minorVersion;
  }
  return own.patchVersion >= version.patchVersion;
}
@end
