#include "backend/metal/metal_ops.h"
#include "backend/metal/row_products.h"

namespace mamba::metal {

void MetalOps::out_proj(const Batch& batch, const OutProjArgs& args) {
  RowProduct product;
  product.x = args.y;
  product.x_stride = args.weight.cols;
  product.rows = batch.rows;
  product.norm = args.norm;
  product.groups = args.groups;
  product.weight = args.weight;
  product.bias = args.bias;
  product.out = args.residual;
  product.accumulate = args.accumulate;
  row_products(stream_, batch, product);
}

}  // namespace mamba::metal
