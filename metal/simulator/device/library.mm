// Libraries, functions and pipelines.
#include <algorithm>
#include <cstring>

#include "simulator/device/environment.h"
#include "simulator/device/misuse.h"
#import "simulator/device/objects.h"

using simulator::misuse;

NSErrorDomain const MTLLibraryErrorDomain = @"MTLLibraryErrorDomain";

@implementation MTLCompileOptions
- (instancetype)init {
  _fastMathEnabled = YES;
  _languageVersion = MTLLanguageVersion2_4;
  return self;
}
@end

namespace {

std::size_t size_of(MTLDataType type) {
  switch (type) {
    case MTLDataTypeFloat:
    case MTLDataTypeInt:
    case MTLDataTypeUInt:
      return 4;
    case MTLDataTypeHalf:
    case MTLDataTypeShort:
    case MTLDataTypeUShort:
      return 2;
    case MTLDataTypeChar:
    case MTLDataTypeUChar:
    case MTLDataTypeBool:
      return 1;
  }
  misuse("the data type %lu of a function constant is not known",
         (NSUInteger)type);
}

}  // namespace

@interface MTLFunctionConstantValues ()
- (const std::vector<simulator::FunctionConstant>&)values;
@end

@implementation MTLFunctionConstantValues {
  std::vector<simulator::FunctionConstant> _values;
}
- (void)setConstantValue:(const void*)value
                    type:(MTLDataType)type
                 atIndex:(NSUInteger)index {
  const int place = static_cast<int>(index);
  const auto is_same = [place](const auto& one) { return one.index == place; };
  const auto old = std::find_if(_values.begin(), _values.end(), is_same);
  if (old != _values.end()) _values.erase(old);
  simulator::FunctionConstant constant;
  constant.index = place;
  std::memcpy(&constant.bits, value, size_of(type));
  _values.push_back(constant);
}
- (void)setConstantValues:(const void*)values
                     type:(MTLDataType)type
                withRange:(NSRange)range {
  const auto* bytes = static_cast<const char*>(values);
  for (NSUInteger i = 0; i < range.length; ++i) {
    [self setConstantValue:bytes + i * size_of(type)
                      type:type
                   atIndex:range.location + i];
  }
}
- (void)reset {
  _values.clear();
}
- (const std::vector<simulator::FunctionConstant>&)values {
  return _values;
}
@end

@implementation SimulatedLibrary {
  uint64_t _hash;
}
- (instancetype)initWithDevice:(id<MTLDevice>)device hash:(uint64_t)hash {
  self = [super initWithDevice:device];
  _hash = hash;
  return self;
}
- (NSArray<NSString*>*)functionNames {
  std::vector<NSString*> names;
  for (const std::string& name : simulator::kernel_names(_hash)) {
    names.push_back([NSString stringWithUTF8String:name.c_str()]);
  }
  return [NSArray arrayWithObjects:names.data() count:names.size()];
}
- (id<MTLFunction>)newFunctionWithName:(NSString*)name {
  const auto* kernel = simulator::find_kernel(_hash, name.UTF8String);
  if (kernel == nullptr) return nil;
  SimulatedFunction* function =
      [[SimulatedFunction alloc] initWithDevice:self.device];
  function->_kernel = kernel;
  return function;
}
- (id<MTLFunction>)newFunctionWithName:(NSString*)name
                        constantValues:(MTLFunctionConstantValues*)constants
                                 error:(__autoreleasing NSError**)error {
  auto* function = (SimulatedFunction*)[self newFunctionWithName:name];
  if (function != nil) {
    function->_constants = constants.values;
  } else if (error != nullptr) {
    *error = [NSError
        simulatedWithDomain:MTLLibraryErrorDomain
                       code:MTLLibraryErrorFunctionNotFound
                       text:"Function " + std::string(name.UTF8String) +
                            " was not found in the library"];
  }
  return function;
}
@end

@implementation SimulatedFunction
- (NSString*)name {
  return [NSString stringWithUTF8String:simulator::kernel_name(*_kernel)];
}
@end

@implementation SimulatedPipeline
- (instancetype)initWithFunction:(SimulatedFunction*)function {
  self = [super initWithDevice:function.device];
  _kernel = function->_kernel;
  _constants = function->_constants;
  return self;
}
- (NSUInteger)maxTotalThreadsPerThreadgroup {
  const uint64_t own = simulator::most_threads(*_kernel);
  const uint64_t limit = simulator::pipeline_thread_limit();
  return limit == 0 ? own : std::min(own, limit);
}
- (NSUInteger)threadExecutionWidth {
  return simulator::kSimdWidth;
}
- (NSUInteger)staticThreadgroupMemoryLength {
  return simulator::static_threadgroup_bytes(*_kernel);
}
@end
