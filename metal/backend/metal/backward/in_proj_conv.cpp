#include <vector>

#include "backend/metal/backward/metal_backward.h"
#include "backend/metal/backward/products.h"
#include "backend/metal/backward/scratch_slots.h"
#include "backend/metal/backward/sums.h"
#include "backend/metal/kernel_table.h"
#include "backend/metal/kernels/backward_conv.h"

namespace mamba::metal {
namespace {

constexpr uint32_t kThreads = 64;
constexpr int kInputsSlot = 0, kSumsSlot = 1;
constexpr Kernel kSums = {"backward_conv", "backward_conv_sums"};
constexpr Kernel kWeights = {"backward_conv", "backward_conv_weights"};
constexpr Kernel kInputs = {"backward_conv", "backward_conv_inputs"};

// The gradients of all rows that a convolution's backward makes.
struct ConvGradients {
  float* d_p;    // (L, J), of what in_proj gave
  float* d_s;    // (L, channels), of what silu takes
  float* parts;  // (blocks, d_conv + 1, channels), of weights and bias
};

bool wants_weights(const InProjConvBackward& args) {
  return args.d_conv_weight != nullptr || args.d_conv_bias != nullptr;
}

int64_t blocks_of(const Segment& segment) {
  return ceil_div(segment.count, kBlockRows);
}

BackwardConvShape shape_of(const InProjConvArgs& forward, int64_t rows) {
  BackwardConvShape shape;
  shape.rows = static_cast<uint32_t>(rows);
  shape.channels = static_cast<uint32_t>(forward.channels);
  shape.d_conv = static_cast<uint32_t>(forward.d_conv);
  shape.outputs = static_cast<uint32_t>(forward.weight.rows);
  shape.conv_begin = static_cast<uint32_t>(forward.conv_begin);
  shape.block = static_cast<uint32_t>(kBlockRows);
  shape.has_bias = forward.conv_bias != nullptr;
  return shape;
}

// What the calls for one sequence work on; all arrays begin at its first row
// or block.
struct Part {
  const InProjConvBackward& args;
  BackwardConvShape shape;
  const float* raw;
  const float* d_out;
  ConvGradients gradients;
  int64_t size;     // numbers of (rows, channels)
  int64_t weights;  // numbers of (d_conv, channels)
};

void sums_backward(Stream& stream, const Part& part) {
  const InProjConvArgs& forward = part.args.forward;
  stream.call(kSums)
      .read(0, part.raw, part.size)
      .read(1, forward.conv_weight, part.weights)
      .read(2, forward.conv_bias, forward.channels)
      .read(3, part.d_out, part.shape.rows * forward.weight.rows)
      .write(4, part.gradients.d_s, part.size)
      .args(5, part.shape)
      .run({ceil_div(forward.channels, kThreads), part.shape.rows}, {kThreads});
}

void weights_backward(Stream& stream, const Part& part) {
  const int64_t channels = part.shape.channels;
  const uint32_t blocks = ceil_div(part.shape.rows, kBlockRows);
  stream.call(kWeights)
      .read(0, part.raw, part.size)
      .read(1, part.gradients.d_s, part.size)
      .write(2, part.gradients.parts, blocks * (part.weights + channels))
      .args(3, part.shape)
      .run({ceil_div(channels, kThreads), blocks, part.shape.d_conv + 1},
           {kThreads});
}

void inputs_backward(Stream& stream, const Part& part) {
  const InProjConvArgs& forward = part.args.forward;
  const int64_t outputs = forward.weight.rows;
  const int64_t size = part.shape.rows * outputs;
  stream.call(kInputs)
      .read(0, part.gradients.d_s, part.size)
      .read(1, forward.conv_weight, part.weights)
      .read(2, part.d_out, size)
      .write(3, part.gradients.d_p, size)
      .args(4, part.shape)
      .run({ceil_div(outputs, kThreads), part.shape.rows}, {kThreads});
}

std::vector<Part> parts_of(const Batch& batch, const InProjConvBackward& args,
                           const ConvGradients& all) {
  const InProjConvArgs& forward = args.forward;
  const int64_t channels = forward.channels, outputs = forward.weight.rows;
  std::vector<Part> parts;
  float* sums = all.parts;
  for (int64_t s = 0; s < batch.n_segments; ++s) {
    const Segment& segment = batch.segments[s];
    const int64_t first = segment.first;
    const ConvGradients gradients = {all.d_p + first * outputs,
                                     all.d_s + first * channels, sums};
    parts.push_back({args, shape_of(forward, segment.count),
                     forward.raw + first * channels,
                     args.d_out + first * outputs, gradients,
                     segment.count * channels, forward.d_conv * channels});
    sums += blocks_of(segment) * (forward.d_conv + 1) * channels;
  }
  return parts;
}

// d_p of all rows; adds the gradients of the convolution's weights.
const float* convolution_backward(Stream& stream, const Batch& batch,
                                  const InProjConvBackward& args) {
  const InProjConvArgs& forward = args.forward;
  const int64_t channels = forward.channels;
  const int64_t weights = forward.d_conv * channels;
  const int64_t stride = weights + channels;
  int64_t blocks = 0;
  for (int64_t s = 0; s < batch.n_segments; ++s) {
    blocks += blocks_of(batch.segments[s]);
  }
  ConvGradients all;
  all.d_p = stream.scratch(kInputsSlot, batch.rows * forward.weight.rows);
  all.d_s = stream.scratch(kSumsSlot, batch.rows * channels);
  all.parts = stream.scratch(kPartsSlot, blocks * stride);
  const std::vector<Part> parts = parts_of(batch, args, all);
  // Sequences do not wait for each other.
  for (const Part& part : parts) sums_backward(stream, part);
  for (const Part& part : parts) {
    inputs_backward(stream, part);
    if (wants_weights(args)) weights_backward(stream, part);
  }
  if (wants_weights(args)) {
    add_parts(stream, all.parts, blocks, stride, weights, args.d_conv_weight);
    add_parts(stream, all.parts + weights, blocks, stride, channels,
              args.d_conv_bias);
  }
  return all.d_p;
}

}  // namespace

void MetalBackward::in_proj_conv(const Batch& batch,
                                 const InProjConvBackward& args) {
  if (batch.rows == 0) return;
  const InProjConvArgs& forward = args.forward;
  ProductBackward product;
  product.d_out = convolution_backward(stream_, batch, args);
  product.rows = batch.rows;
  product.x = forward.x;
  product.x_stride = forward.weight.cols;
  product.norm = forward.norm;
  product.weight = forward.weight;
  product.d_x = args.d_x;
  product.d_norm = args.d_norm;
  product.d_weight = args.d_weight;
  product.d_bias = args.d_bias;
  product_backward(stream_, product);
}

}  // namespace mamba::metal
