// Gradients of embedding rows.
#pragma once

#include "backend/cpu/backward/backward_kernels.h"
#include "backend/cpu/parallel.h"

namespace mamba::MAMBA_CPU_ISA {

// Each thread adds its columns of all rows, in order: ids may come twice.
inline void embedding_backward(BackwardContext& context,
                               const EmbeddingBackward& args) {
  const int64_t width = args.d_model;
  parallel(context, width, 4 * kLanes, [&](Range range, uint32_t) {
    for (int64_t l = 0; l < args.n; ++l) {
      float* to = args.d_table + static_cast<int64_t>(args.ids[l]) * width;
      const float* from = args.d_out + l * width;
      for (int64_t j = range.begin; j < range.end; j += kLanes) {
        const int64_t n = range.end - j;
        store_some(to + j, add(load_some(to + j, n), load_some(from + j, n)),
                   n);
      }
    }
  });
}

}  // namespace mamba::MAMBA_CPU_ISA
