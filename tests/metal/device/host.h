// A small Metal host, for cases that use it right or wrong. Each case runs in
// a process of its own.
#pragma once

#import <Metal/Metal.h>

#include <string>

constexpr NSUInteger kCount = 100;  // not a multiple of a simdgroup

class Host {
 public:
  Host();
  Host(const Host&) = delete;

  id<MTLComputePipelineState> pipeline(NSString* name);
  // 0, 1, 2, …
  id<MTLBuffer> numbers();
  // Numbers times factor; pipeline and bindings are left as they are.
  void scale(id<MTLComputeCommandEncoder> encoder, id<MTLBuffer> numbers,
             float factor);

  id<MTLDevice> device;
  id<MTLCommandQueue> queue;
  id<MTLLibrary> library;
};

// One "name: value" line of what the test reads.
void say(const char* name, const std::string& value);
// Commits, waits and says how it ended.
void finish(id<MTLCommandBuffer> buffer);
// "values: right" if every number is its index times the factor.
void say_values(id<MTLBuffer> numbers, float factor);
std::string words(NSString* text);

// Where the kernels' text is.
extern const char* kernel_path;

using CaseFunction = void (*)();
struct Case {
  Case(const char* name, CaseFunction run);
};
#define CASE(name)                                  \
  static void run_##name();                         \
  static const Case case_##name(#name, run_##name); \
  static void run_##name()
