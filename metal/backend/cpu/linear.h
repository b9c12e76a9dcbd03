// x Wᵀ, and the split of matrix products over threads.
#pragma once

#include "backend/cpu/blas_products.h"
#include "backend/cpu/gemm.h"
#include "backend/cpu/norm.h"
#include "backend/cpu/product.h"

namespace mamba::MAMBA_CPU_ISA {

// From this many rows on, packing a panel costs less than it saves.
constexpr int64_t kGemmMinRows = 9;

inline bool few_rows(const Batch& batch, int64_t rows) {
  return batch.rows == batch.n_segments || rows < kGemmMinRows;
}

// How many outputs a thread packs and multiplies at a time.
inline int64_t group_outputs(int64_t outputs, uint32_t threads) {
  return outputs >= kGroupOutputs * 4 * threads ? kGroupOutputs : kPanel;
}

// Groups of outputs, and chunks of rows where the groups alone would leave
// threads idle, as the items of one parallel loop.
inline void gemm_parallel(CpuContext& context, const Matrix& weight,
                          const Rows& x, const Target& target) {
  if (blas_takes(x.count, weight.rows, weight.cols)) {
    blas_linear(context, weight, x, target);
    return;
  }
  const int64_t threads = context.pool.size();
  const int64_t group = group_outputs(weight.rows, context.pool.size());
  const int64_t groups = (weight.rows + group - 1) / group;
  const int64_t wanted = (4 * threads + groups - 1) / groups;
  const int64_t most = max_of(1, x.count / (4 * kGemmRows));
  const int64_t chunks = threads == 1 ? 1 : min_of(wanted, most);
  float* packed =
      context.workspace.get(Workspace::kPacked, kPackedFloats * threads);
  parallel(context, groups * chunks, 1, [&](Range range, uint32_t thread) {
    for (int64_t item = range.begin; item < range.end; ++item) {
      const int64_t begin = item / chunks * group;
      const int64_t row = x.count * (item % chunks) / chunks;
      const int64_t row_end = x.count * (item % chunks + 1) / chunks;
      Target part = target;
      part.out += row * target.stride;
      gemm(weight, {x.row(row), x.stride, row_end - row}, begin,
           min_of(begin + group, weight.rows), part,
           packed + kPackedFloats * thread);
    }
  });
}

inline void matmul(CpuContext& context, const Batch& batch,
                   const Matrix& weight, const Rows& x, const Target& target) {
  if (!few_rows(batch, x.count) && !is_quantised(weight.dtype)) {
    gemm_parallel(context, weight, x, target);
    return;
  }
  const Product product = make_product(context, weight, x);
  parallel(context, weight.rows, grain_of(product), [&](Range range, uint32_t) {
    multiply(context, product, range.begin, range.end, target);
  });
}

inline void linear(CpuContext& context, const Batch& batch,
                   const LinearArgs& args) {
  const Rows x{args.x, args.x_stride, batch.rows};
  matmul(context, batch, args.weight, x,
         {args.out, args.weight.rows, args.bias, false});
}

}  // namespace mamba::MAMBA_CPU_ISA
