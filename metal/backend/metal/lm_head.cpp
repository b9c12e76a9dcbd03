#include "backend/metal/metal_ops.h"
#include "backend/metal/row_products.h"

namespace mamba::metal {

void MetalOps::lm_head(const Batch& batch, const LmHeadArgs& args) {
  RowProduct product;
  product.x = args.residual;
  product.x_stride = args.weight.cols;
  product.which = args.rows;
  product.x_rows = batch.rows;
  product.rows = args.n_rows;
  product.norm = args.norm;
  product.weight = args.weight;
  product.out = args.logits;
  row_products(stream_, batch, product);
}

}  // namespace mamba::metal
