#include "simulator/device/misuse.h"
#import "simulator/device/objects.h"

using simulator::misuse;

@implementation SimulatedEncoder {
  bool _ended;
}
- (instancetype)initWithBuffer:(SimulatedCommandBuffer*)buffer {
  self = [super initWithDevice:buffer.device];
  _buffer = buffer;
  return self;
}
- (void)mustEncode:(const char*)what {
  if (_ended) misuse("%s after endEncoding", what);
}
- (void)endEncoding {
  [self mustEncode:"endEncoding"];
  _ended = true;
  [_buffer encoderHasEnded];
}
- (void)dealloc {
  if (!_ended) misuse("an encoder is released without endEncoding");
}
@end

@implementation SimulatedBlitEncoder
- (void)check:(SimulatedBuffer*)buffer
       offset:(NSUInteger)offset
       length:(NSUInteger)length
           by:(const char*)what {
  [self mustEncode:what];
  if (buffer == nil) misuse("%s without a buffer", what);
  if (length == 0 || offset % 4 != 0 || length % 4 != 0) {
    misuse("%s of %lu bytes at %lu: wanted multiples of 4", what, length,
           offset);
  }
  if (offset > buffer.length || length > buffer.length - offset) {
    misuse("%s of %lu bytes at %lu of a buffer of %lu", what, length, offset,
           buffer.length);
  }
}
- (void)fillBuffer:(id<MTLBuffer>)buffer
             range:(NSRange)range
             value:(uint8_t)value {
  auto* target = (SimulatedBuffer*)buffer;
  [self check:target offset:range.location length:range.length by:"fillBuffer"];
  [_buffer use:target];
  [_buffer add:simulator::FillCommand{target->_data + range.location,
                                      range.length, value}];
}
- (void)copyFromBuffer:(id<MTLBuffer>)sourceBuffer
          sourceOffset:(NSUInteger)sourceOffset
              toBuffer:(id<MTLBuffer>)destinationBuffer
     destinationOffset:(NSUInteger)destinationOffset
                  size:(NSUInteger)size {
  auto* from = (SimulatedBuffer*)sourceBuffer;
  auto* to = (SimulatedBuffer*)destinationBuffer;
  [self check:from offset:sourceOffset length:size by:"copyFromBuffer"];
  [self check:to offset:destinationOffset length:size by:"copyFromBuffer"];
  const NSUInteger gap = sourceOffset < destinationOffset
                             ? destinationOffset - sourceOffset
                             : sourceOffset - destinationOffset;
  if (from == to && gap < size) misuse("copyFromBuffer: the ranges overlap");
  [_buffer use:from];
  [_buffer use:to];
  [_buffer add:simulator::CopyCommand{from->_data + sourceOffset,
                                      to->_data + destinationOffset, size}];
}
@end
