#include "backend/metal/backward/metal_backward.h"
#include "backend/metal/backward/products.h"

namespace mamba::metal {

void MetalBackward::out_proj(const Batch& batch, const OutProjBackward& args) {
  const OutProjArgs& forward = args.forward;
  ProductBackward product;
  product.d_out = args.d_residual;
  product.rows = batch.rows;
  product.x = forward.y;
  product.x_stride = forward.weight.cols;
  product.norm = forward.norm;
  product.groups = forward.groups;
  product.weight = forward.weight;
  product.d_x = args.d_y;
  product.d_norm = args.d_norm;
  product.d_weight = args.d_weight;
  product.d_bias = args.d_bias;
  product_backward(stream_, product);
}

}  // namespace mamba::metal
