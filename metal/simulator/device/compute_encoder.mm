#include <set>

#include "simulator/device/misuse.h"
#import "simulator/device/objects.h"

using simulator::misuse;

namespace {

constexpr NSUInteger kMostBytes = 4096;

void copy_size(MTLSize from, uint32_t to[3]) {
  to[0] = static_cast<uint32_t>(from.width);
  to[1] = static_cast<uint32_t>(from.height);
  to[2] = static_cast<uint32_t>(from.depth);
}

NSUInteger product(MTLSize size) {
  return size.width * size.height * size.depth;
}

void must_be_index(NSUInteger index, const char* what) {
  if (index < simulator::kBuffers) return;
  misuse("%s: index %lu is beyond %d", what, index, simulator::kBuffers - 1);
}

}  // namespace

@implementation SimulatedComputeEncoder {
  MTLDispatchType _type;
  SimulatedPipeline* _pipeline;
  simulator::Dispatch _next;
  SimulatedBuffer* _buffers[simulator::kBuffers];
  // Something orders the next dispatch after those before it.
  bool _ordered;
  // What was used since then.
  std::set<const void*> _used;
}

- (instancetype)initWithBuffer:(SimulatedCommandBuffer*)buffer
                          type:(MTLDispatchType)type {
  self = [super initWithBuffer:buffer];
  _type = type;
  // Encoders wait for each other where they use the same buffers.
  _ordered = true;
  return self;
}
- (MTLDispatchType)dispatchType {
  return _type;
}
- (void)setComputePipelineState:(id<MTLComputePipelineState>)state {
  [self mustEncode:"setComputePipelineState"];
  if (state == nil) misuse("setComputePipelineState: nil");
  _pipeline = (SimulatedPipeline*)state;
}
- (void)setBuffer:(id<MTLBuffer>)given
           offset:(NSUInteger)offset
          atIndex:(NSUInteger)index {
  [self mustEncode:"setBuffer"];
  must_be_index(index, "setBuffer");
  auto* buffer = (SimulatedBuffer*)given;
  _buffers[index] = buffer;
  if (buffer == nil) {
    _next.buffers[index] = {};
    return;
  }
  [self setBufferOffset:offset atIndex:index];
  [_buffer use:buffer];
}
- (void)setBufferOffset:(NSUInteger)offset atIndex:(NSUInteger)index {
  [self mustEncode:"setBufferOffset"];
  must_be_index(index, "setBufferOffset");
  SimulatedBuffer* buffer = _buffers[index];
  if (buffer == nil) misuse("setBufferOffset: no buffer at index %lu", index);
  if (offset % 4 != 0) {
    misuse("setBuffer: offset %lu is not a multiple of 4", offset);
  }
  if (offset >= buffer.length) {
    misuse("setBuffer: offset %lu is beyond a buffer of %lu", offset,
           buffer.length);
  }
  _next.buffers[index] = {buffer->_data + offset, buffer.length - offset};
}
- (void)declare:(NSUInteger)bytes
         writes:(bool)writes
        atIndex:(NSUInteger)index {
  [self mustEncode:"a declaration"];
  must_be_index(index, "a declaration");
  simulator::Binding& binding = _next.buffers[index];
  if (bytes > binding.bytes) {
    misuse("%lu bytes declared at index %lu, %zu are bound", bytes, index,
           binding.bytes);
  }
  binding.bytes = bytes;
  binding.writable = writes;
}
- (void)setBuffers:(const id<MTLBuffer> __unsafe_unretained[])buffers
           offsets:(const NSUInteger[])offsets
         withRange:(NSRange)range {
  for (NSUInteger i = 0; i < range.length; ++i) {
    [self setBuffer:buffers[i] offset:offsets[i] atIndex:range.location + i];
  }
}
- (void)setBytes:(const void*)bytes
          length:(NSUInteger)length
         atIndex:(NSUInteger)index {
  [self mustEncode:"setBytes"];
  must_be_index(index, "setBytes");
  if (length == 0 || length > kMostBytes) {
    misuse("setBytes: %lu bytes; wanted 1 to %lu", length, kMostBytes);
  }
  _buffers[index] = nil;
  _next.buffers[index] = {[_buffer keep:bytes length:length], length};
}
- (void)setThreadgroupMemoryLength:(NSUInteger)length
                           atIndex:(NSUInteger)index {
  [self mustEncode:"setThreadgroupMemoryLength"];
  must_be_index(index, "setThreadgroupMemoryLength");
  if (length % 16 != 0) {
    misuse("setThreadgroupMemoryLength: %lu is not a multiple of 16", length);
  }
  _next.threadgroup_bytes[index] = length;
}
- (void)dispatchThreadgroups:(MTLSize)grid
       threadsPerThreadgroup:(MTLSize)threads {
  [self dispatch:grid threads:threads exact:false];
}
- (void)dispatchThreads:(MTLSize)grid threadsPerThreadgroup:(MTLSize)threads {
  [self dispatch:grid threads:threads exact:true];
}
- (void)dispatch:(MTLSize)grid threads:(MTLSize)threads exact:(bool)exact {
  [self mustEncode:"a dispatch"];
  if (_pipeline == nil) misuse("a dispatch without a pipeline state");
  if (product(grid) == 0 || product(threads) == 0) {
    misuse("a dispatch of nothing");
  }
  const NSUInteger most = _pipeline.maxTotalThreadsPerThreadgroup;
  if (product(threads) > most) {
    misuse("%lu threads per threadgroup; %s allows %lu", product(threads),
           simulator::kernel_name(*_pipeline->_kernel), most);
  }
  simulator::DispatchCommand command{_pipeline, _next};
  command.dispatch.kernel = _pipeline->_kernel;
  command.dispatch.constants = &_pipeline->_constants;
  copy_size(grid, command.dispatch.grid);
  copy_size(threads, command.dispatch.threads);
  command.dispatch.exact = exact;
  command.dispatch.concurrent = _type == MTLDispatchTypeConcurrent && !_ordered;
  [_buffer add:command];
  if (_ordered) _used.clear();
  _ordered = false;
  for (SimulatedBuffer* buffer : _buffers) {
    if (buffer != nil) _used.insert((__bridge void*)buffer);
  }
}
- (void)memoryBarrierWithScope:(MTLBarrierScope)scope {
  [self mustEncode:"memoryBarrierWithScope"];
  if ((scope & MTLBarrierScopeBuffers) != 0) _ordered = true;
}
// The simulator orders all buffers or none: a list that lacks one that was used
// since the last barrier orders none.
- (void)memoryBarrierWithResources:
            (const id<MTLResource> __unsafe_unretained[])resources
                             count:(NSUInteger)count {
  [self mustEncode:"memoryBarrierWithResources"];
  for (NSUInteger i = 0; i < count; ++i) {
    _used.erase((__bridge void*)resources[i]);
  }
  if (_used.empty()) _ordered = true;
}
@end
