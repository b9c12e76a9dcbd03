#include <cstdint>

#include "backend/metal/conv_rows.h"
#include "backend/metal/decode_rows.h"
#include "backend/metal/kernel_table.h"
#include "backend/metal/kernels/in_proj_conv.h"
#include "backend/metal/metal_ops.h"
#include "backend/metal/row_products.h"

namespace mamba::metal {
namespace {

constexpr uint32_t kThreads = 256;
constexpr KernelByDtype kOneRow = MAMBA_KERNEL_BY_FORMAT(
    "in_proj_conv", "quant_in_proj_conv", "in_proj_conv");
constexpr KernelByDtype kFourRows = MAMBA_KERNEL_BY_FORMAT(
    "in_proj_conv", "quant_in_proj_conv", "in_proj_conv_4");
constexpr KernelByDtype kEightRows = MAMBA_KERNEL_BY_FORMAT(
    "in_proj_conv", "quant_in_proj_conv", "in_proj_conv_8");
constexpr Kernel kConvRows = {"in_proj_conv", "conv_step_rows"};

RowProduct product_of(const Batch& batch, const InProjConvArgs& args) {
  RowProduct product;
  product.x = args.x;
  product.x_stride = args.weight.cols;
  product.rows = batch.rows;
  product.norm = args.norm;
  product.weight = args.weight;
  product.bias = args.bias;
  product.out = args.out;
  return product;
}

ConvStepShape conv_shape(const InProjConvArgs& args) {
  ConvStepShape shape;
  shape.begin = static_cast<uint32_t>(args.conv_begin);
  shape.channels = static_cast<uint32_t>(args.channels);
  shape.d_conv = static_cast<uint32_t>(args.d_conv);
  shape.has_bias = args.conv_bias != nullptr;
  shape.stride = static_cast<uint32_t>(args.weight.rows);
  return shape;
}

void one_row(Stream& stream, const InProjConvArgs& args, float* state,
             const RowProduct& product) {
  const GemvShapes shapes = gemv_shapes(product);
  const ConvStepShape conv = conv_shape(args);
  const int64_t conv_size = args.d_conv * args.channels;
  Call call = stream.call(kOneRow.of(args.weight.dtype));
  call.read(0, product.x, extent_of_x(product))
      .read(1, product.weight)
      .read(2, product.norm.weight, product.weight.cols)
      .read(3, product.bias, product.weight.rows)
      .write(4, product.out, product.weight.rows)
      .update(5, state, conv_size)
      .read(6, args.conv_weight, conv_size)
      .read(7, args.conv_bias, args.channels)
      .args(8, shapes.main)
      .args(9, conv);
  if (is_quantised(args.weight.dtype)) call.args(10, shapes.tail);
  call.run({shapes.groups}, {kGemvThreads});
}

// As many rows as a dispatch has states for. The same bits as one_row().
void few_rows(Stream& stream, const Batch& batch, const InProjConvArgs& args,
              const RowProduct& product) {
  const GemvShapes shapes = gemv_shapes(product);
  const ConvStepShape conv = conv_shape(args);
  const int64_t conv_size = args.d_conv * args.channels;
  const KernelByDtype& kernels = batch.rows <= 4 ? kFourRows : kEightRows;
  Call call = stream.call(kernels.of(args.weight.dtype));
  call.read(0, product.x, extent_of_x(product))
      .read(1, product.weight)
      .read(2, product.norm.weight, product.weight.cols)
      .read(3, product.bias, product.weight.rows)
      .write(4, product.out, product.rows * product.weight.rows)
      .read(5, args.conv_weight, conv_size)
      .read(6, args.conv_bias, args.channels)
      .args(7, shapes.main)
      .args(8, conv);
  update_states(call, 9, batch, {0, batch.rows, {}}, &LayerState::conv,
                conv_size);
  if (is_quantised(args.weight.dtype)) call.args(17, shapes.tail);
  call.run({shapes.groups}, {kGemvThreads});
}

// Of products that are there already. The same bits as one_row().
void convolve_each(Stream& stream, const Batch& batch,
                   const InProjConvArgs& args) {
  if (args.channels == 0) return;
  const int64_t stride = args.weight.rows;
  const ConvStepShape conv = conv_shape(args);
  const int64_t conv_size = args.d_conv * args.channels;
  for_decode_rows(batch, [&](const Segment& rows) {
    Call call = stream.call(kConvRows);
    call.update(0, args.out + rows.first * stride + args.conv_begin,
                (rows.count - 1) * stride + args.channels)
        .read(1, args.conv_weight, conv_size)
        .read(2, args.conv_bias, args.channels)
        .args(3, conv);
    update_states(call, 4, batch, rows, &LayerState::conv, conv_size);
    call.run(
        {ceil_div(args.channels, kThreads), static_cast<uint32_t>(rows.count)},
        {kThreads});
  });
}

}  // namespace

void MetalOps::in_proj_conv(const Batch& batch, const InProjConvArgs& args) {
  const RowProduct product = product_of(batch, args);
  const bool decode = batch.is_decode() && args.raw == nullptr;
  if (decode && batch.rows == 1) {
    one_row(stream_, args, batch.segments[0].state.conv,
            with_simple_norm(stream_, product));
    return;
  }
  if (decode && batch.rows <= kDecodeRows) {
    few_rows(stream_, batch, args, with_simple_norm(stream_, product));
    return;
  }
  row_products(stream_, batch, product);
  if (decode) {
    convolve_each(stream_, batch, args);
  } else {
    conv_rows(stream_, batch, args);
  }
}

}  // namespace mamba::metal
