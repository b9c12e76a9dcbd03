#include "backend/metal/conv_rows.h"

#include <algorithm>

#include "backend/metal/kernel_table.h"
#include "backend/metal/kernels/conv_rows.h"

namespace mamba::metal {
namespace {

constexpr uint32_t kThreads = 64;
constexpr int64_t kBlock = 32;  // rows

constexpr Kernel kCopy = {"conv_rows", "conv_copy"};
constexpr Kernel kEdges = {"conv_rows", "conv_edges"};
constexpr Kernel kRows = {"conv_rows", "conv_rows"};

// The convolution's part of a segment's rows.
struct Part {
  ConvRowsShape shape;
  float* rows;
  int64_t extent;  // numbers from the first to the last
  uint32_t blocks;
  float* edges;
  int64_t edges_size;
};

Part part_of(const InProjConvArgs& args, const Segment& segment, float* edges) {
  const int64_t stride = args.weight.rows;
  const int64_t block = std::max(kBlock, args.d_conv - 1);
  Part part;
  part.shape.rows = static_cast<uint32_t>(segment.count);
  part.shape.channels = static_cast<uint32_t>(args.channels);
  part.shape.d_conv = static_cast<uint32_t>(args.d_conv);
  part.shape.stride = static_cast<uint32_t>(stride);
  part.shape.block = static_cast<uint32_t>(block);
  part.shape.has_bias = args.conv_bias != nullptr;
  part.rows = args.out + segment.first * stride + args.conv_begin;
  part.extent = (segment.count - 1) * stride + args.channels;
  part.blocks = ceil_div(segment.count, block);
  part.edges = edges;
  part.edges_size = part.blocks * (args.d_conv - 1) * args.channels;
  return part;
}

void keep_inputs(Stream& stream, const InProjConvArgs& args,
                 const Segment& segment, const Part& part) {
  const uint32_t groups = ceil_div(args.channels, kThreads);
  if (args.raw != nullptr) {
    stream.call(kCopy)
        .read(0, part.rows, part.extent)
        .write(1, args.raw + segment.first * args.channels,
               segment.count * args.channels)
        .args(2, part.shape)
        .run({groups, part.shape.rows}, {kThreads});
  }
  stream.call(kEdges)
      .read(0, part.rows, part.extent)
      .write(1, segment.state.conv, args.d_conv * args.channels)
      .write(2, part.edges, part.edges_size)
      .args(3, part.shape)
      .run({groups, part.blocks}, {kThreads});
}

void convolve(Stream& stream, const InProjConvArgs& args, const Part& part) {
  stream.call(kRows)
      .write(0, part.rows, part.extent)
      .read(1, part.edges, part.edges_size)
      .read(2, args.conv_weight, args.d_conv * args.channels)
      .read(3, args.conv_bias, args.channels)
      .args(4, part.shape)
      .run({ceil_div(args.channels, kThreads), part.blocks}, {kThreads});
}

}  // namespace

void conv_rows(Stream& stream, const Batch& batch, const InProjConvArgs& args) {
  if (args.channels == 0) return;
  int64_t size = 1;
  for (int64_t s = 0; s < batch.n_segments; ++s) {
    size += part_of(args, batch.segments[s], nullptr).edges_size;
  }
  float* const edges = stream.scratch(Stream::kSlots - 1, size);
  // Sequences do not wait for each other.
  float* next = edges;
  for (int64_t s = 0; s < batch.n_segments; ++s) {
    const Part part = part_of(args, batch.segments[s], next);
    keep_inputs(stream, args, batch.segments[s], part);
    next += part.edges_size;
  }
  next = edges;
  for (int64_t s = 0; s < batch.n_segments; ++s) {
    const Part part = part_of(args, batch.segments[s], next);
    convolve(stream, args, part);
    next += part.edges_size;
  }
}

}  // namespace mamba::metal
