// The products of norms of rows with weights that most ops are made of.
#pragma once

#include "backend/metal/gemv.h"

namespace mamba::metal {

// `product` with x normalised beforehand, in the first scratch slot, if its
// norm is none that gemv() can do.
RowProduct with_simple_norm(Stream& stream, const RowProduct& product);

// By the kernels that are best for so many rows. In a decode batch a row's
// bits do not depend on the other rows. Uses the first two and the last
// scratch slot.
void row_products(Stream& stream, const Batch& batch,
                  const RowProduct& product);

}  // namespace mamba::metal
