#include "backend/reference/reference_ops.h"
#include "core/convert.h"

namespace mamba {

void ReferenceOps::embedding(const uint32_t* ids, int64_t n,
                             const Matrix& table, float* out) {
  const auto size = static_cast<int64_t>(dtype_size(table.dtype));
  for (int64_t l = 0; l < n; ++l) {
    const char* row =
        static_cast<const char*>(table.data) + ids[l] * table.cols * size;
    convert_numbers(row, table.dtype, out + l * table.cols, Dtype::f32,
                    table.cols);
  }
}

}  // namespace mamba
