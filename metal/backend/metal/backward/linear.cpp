#include "backend/metal/backward/metal_backward.h"
#include "backend/metal/backward/products.h"

namespace mamba::metal {

void MetalBackward::linear(const Batch& batch, const LinearBackward& args) {
  ProductBackward product;
  product.d_out = args.d_out;
  product.rows = batch.rows;
  product.x = args.forward.x;
  product.x_stride = args.forward.x_stride;
  product.weight = args.forward.weight;
  product.d_x = args.d_x;
  product.d_weight = args.d_weight;
  product.d_bias = args.d_bias;
  product_backward(stream_, product);
}

}  // namespace mamba::metal
