#include "backend/reference/reference_ops.h"
#include "quant/quantize.h"

namespace mamba {

void ReferenceOps::embedding(const uint32_t* ids, int64_t n,
                             const Matrix& table, float* out) {
  for (int64_t l = 0; l < n; ++l) {
    widen_row(table, static_cast<int64_t>(ids[l]), out + l * table.cols);
  }
}

}  // namespace mamba
