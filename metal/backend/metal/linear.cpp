#include "backend/metal/metal_ops.h"
#include "backend/metal/row_products.h"

namespace mamba::metal {

void MetalOps::linear(const Batch& batch, const LinearArgs& args) {
  RowProduct product;
  product.x = args.x;
  product.x_stride = args.x_stride;
  product.rows = batch.rows;
  product.weight = args.weight;
  product.bias = args.bias;
  product.out = args.out;
  row_products(stream_, batch, product);
}

}  // namespace mamba::metal
