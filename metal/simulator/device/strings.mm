// Strings: those made at run time, and the two kinds of literals.
#import <Foundation/Foundation.h>

#include <cstring>
#include <map>
#include <mutex>
#include <string>

#import "simulator/device/foundation.h"
#include "simulator/device/misuse.h"

@implementation NSString {
  std::string _text;
}
+ (instancetype)stringWithUTF8String:(const char*)text {
  return [[NSString alloc] initWithUTF8String:text];
}
- (instancetype)initWithUTF8String:(const char*)text {
  if (text == nullptr)
    simulator::misuse("a string is made from a null pointer");
  _text = text;
  return self;
}
- (const char*)UTF8String {
  return _text.c_str();
}
- (NSUInteger)length {
  return _text.size();
}
- (BOOL)isEqualToString:(NSString*)other {
  return std::strcmp(self.UTF8String, other.UTF8String) == 0;
}
- (NSString*)description {
  return self;
}
@end

// A literal, as the compiler lays it out.
__attribute__((objc_root_class))
@interface NSConstantString {
  Class isa;
  uint32_t _flags, _length, _size, _hash;
  const char* _text;
}
@end

@implementation NSConstantString
- (const char*)UTF8String {
  // The low bits tell the encoding; 0 is ASCII.
  if ((_flags & 3) != 0) {
    simulator::misuse("a string literal is not ASCII");
  }
  return _text;
}
- (NSUInteger)length {
  return _length;
}
- (BOOL)isEqualToString:(NSString*)other {
  return std::strcmp([self UTF8String], other.UTF8String) == 0;
}
- (NSString*)description {
  return (NSString*)self;
}
@end

// A literal of at most eight characters, which the compiler packs into the
// pointer: seven bits each from the top, the number of them from bit 3.
@interface GSTinyString : NSString
@end

@implementation GSTinyString
- (const char*)UTF8String {
  static std::mutex mutex;
  static auto* texts = new std::map<uintptr_t, std::string>();
  const auto packed = (uintptr_t)(__bridge void*)self;
  const std::lock_guard<std::mutex> lock(mutex);
  std::string& text = (*texts)[packed];
  if (text.empty()) {
    for (NSUInteger i = 0; i < self.length; ++i) {
      text += (char)(packed >> (57 - 7 * i) & 127);
    }
  }
  return text.c_str();
}
- (NSUInteger)length {
  return (uintptr_t)(__bridge void*)self >> 3 & 31;
}
@end
