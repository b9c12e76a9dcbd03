#include "host.h"

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <map>
#include <sstream>

#include "simulator/device/control.h"

const char* kernel_path = "";

namespace {

std::map<std::string, CaseFunction>& cases() {
  static std::map<std::string, CaseFunction> all;
  return all;
}

std::string text_of(const char* path) {
  std::ifstream file(path);
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

}  // namespace

Case::Case(const char* name, CaseFunction run) { cases()[name] = run; }

Host::Host() {
  device = MTLCreateSystemDefaultDevice();
  if (device == nil) {
    say("error", "no device");
    std::exit(0);
  }
  queue = [device newCommandQueue];
  MTLCompileOptions* options = [MTLCompileOptions new];
  options.fastMathEnabled = NO;
  options.languageVersion = MTLLanguageVersion2_4;
  NSError* error = nil;
  library = [device
      newLibraryWithSource:[NSString stringWithUTF8String:text_of(kernel_path)
                                                              .c_str()]
                   options:options
                     error:&error];
  if (library == nil) {
    say("error", words(error.localizedDescription));
    std::exit(0);
  }
}

id<MTLComputePipelineState> Host::pipeline(NSString* name) {
  NSError* error = nil;
  return [device
      newComputePipelineStateWithFunction:[library newFunctionWithName:name]
                                    error:&error];
}

id<MTLBuffer> Host::numbers() {
  id<MTLBuffer> buffer =
      [device newBufferWithLength:kCount * sizeof(float)
                          options:MTLResourceStorageModeShared];
  auto* values = static_cast<float*>(buffer.contents);
  for (NSUInteger i = 0; i < kCount; ++i) values[i] = float(i);
  return buffer;
}

void Host::scale(id<MTLComputeCommandEncoder> encoder, id<MTLBuffer> numbers,
                 float factor) {
  [encoder setComputePipelineState:pipeline(@"scale")];
  [encoder setBuffer:numbers offset:0 atIndex:0];
  [encoder setBytes:&factor length:sizeof factor atIndex:1];
  [encoder dispatchThreads:MTLSizeMake(numbers.length / sizeof(float), 1, 1)
      threadsPerThreadgroup:MTLSizeMake(64, 1, 1)];
}

void say(const char* name, const std::string& value) {
  std::printf("%s: %s\n", name, value.c_str());
}

void finish(id<MTLCommandBuffer> buffer) {
  [buffer commit];
  [buffer waitUntilCompleted];
  say("status", buffer.status == MTLCommandBufferStatusCompleted ? "completed"
                : buffer.status == MTLCommandBufferStatusError   ? "error"
                                                                 : "neither");
  if (buffer.error != nil) say("error", words(buffer.error.description));
}

void say_values(id<MTLBuffer> numbers, float factor) {
  const auto* values = static_cast<const float*>(numbers.contents);
  bool right = true;
  for (NSUInteger i = 0; i < kCount; ++i) {
    right = right && values[i] == float(i) * factor;
  }
  say("values", right ? "right" : "wrong");
}

std::string words(NSString* text) { return text.UTF8String; }

int main(int count, char** arguments) {
  if (count != 3) return 2;
  kernel_path = arguments[2];
  const auto found = cases().find(arguments[1]);
  if (found == cases().end()) return 3;
  // The cases that forget their pool stand outside of any.
  found->second();
  SimulatorCounts counts;
  simulator_counts(&counts);
  say("live", std::to_string(counts.live_objects));
  say("unpooled", std::to_string(counts.unpooled));
  say("unfinished", std::to_string(counts.unfinished));
  say("findings", std::to_string(counts.findings));
  say("dispatches", std::to_string(counts.dispatches));
  std::fflush(stdout);
  // Threads that still run must not meet what is destroyed at the end.
  std::_Exit(0);
}
