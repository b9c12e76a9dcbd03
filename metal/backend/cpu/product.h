// x Wᵀ for some outputs at a time, whatever W's format is: what it needs to be
// done once for all threads is done by make_product().
#pragma once

#include "backend/cpu/norm.h"
#include "quant/layout.h"

namespace mamba::MAMBA_CPU_ISA {

struct Product {
  const Matrix& weight;
  Rows x;
  // Of a quantised matrix.
  QuantWeights quantised;
  QuantRows activations;
};

// Threads take outputs by the cache line.
constexpr int64_t kOutputGrain = 16;

// Rows that one thread quantises faster than a round of the pool takes.
constexpr int64_t kFewToQuantise = 8192;

inline QuantRows quantised_rows(CpuContext& context, const QuantWeights& weight,
                                const Rows& x, int64_t width) {
  QuantRows rows;
  rows.cols = weight.tiles * kQuantTile;
  rows.blocks = 2 * weight.tiles;
  rows.count = x.count;
  rows.four = weight.four;
  rows.rotated = weight.rotated;
  const int64_t bytes = rows.count * rows.cols;
  // Of floats' size.
  const int64_t numbers = (weight.fine ? 2 * bytes : bytes) / 4;
  const int64_t blocks = rows.count * rows.blocks;
  float* at =
      context.workspace.get(Workspace::kQuantised, numbers + 2 * blocks);
  rows.numbers = reinterpret_cast<int8_t*>(at);
  if (weight.fine) rows.low = rows.numbers + bytes;
  rows.scales = at + numbers;
  rows.starts = reinterpret_cast<int32_t*>(at + numbers + blocks);
  const auto run = [&](Range range, uint32_t) {
    context.quant->quantize(x.data, x.stride, width, range.begin, range.end,
                            rows);
  };
  if (rows.count * width <= kFewToQuantise) {
    run(Range{0, rows.count}, 0);
  } else {
    parallel(context, rows.count, 1, run);
  }
  return rows;
}

inline Product make_product(CpuContext& context, const Matrix& weight,
                            const Rows& x) {
  Product product{weight, x, {}, {}};
  if (is_quantised(weight.dtype)) {
    product.quantised = quant_weights(weight);
    product.activations =
        quantised_rows(context, product.quantised, x, weight.cols);
  }
  return product;
}

// Of the outputs that threads take. Many rows of a quantised matrix go through
// two panels at a time where the processor can.
inline int64_t grain_of(const Product& product) {
  const bool pairs =
      is_quantised(product.weight.dtype) && product.x.count >= kManyQuantRows;
  return pairs ? 2 * kQuantPanel : kOutputGrain;
}

// Outputs [begin, end), `begin` a multiple of 16, on any thread. Each weight
// is read once for few rows of x; of a quantised matrix once for some rows
// whatever their number.
inline void multiply(CpuContext& context, const Product& product, int64_t begin,
                     int64_t end, const Target& target) {
  if (!is_quantised(product.weight.dtype)) {
    gemv(product.weight, product.x, begin, end, target);
    return;
  }
  const QuantWeights& weight = product.quantised;
  const int64_t stop = min_of(end, weight.rows);
  if (begin < stop) {
    context.quant->products(weight, product.activations, begin, stop,
                            {target.out, target.stride, target.bias,
                             target.accumulate, target.first});
  }
  if (end <= weight.rows) return;
  Matrix tail;
  tail.data = weight.tail;
  tail.dtype = Dtype::f16;
  tail.rows = product.weight.rows - weight.rows;
  tail.cols = product.weight.cols;
  Target moved = target;
  moved.first -= weight.rows;
  if (moved.bias != nullptr) moved.bias += weight.rows;
  gemv(tail, product.x, max_of(begin, weight.rows) - weight.rows,
       end - weight.rows, moved);
}

}  // namespace mamba::MAMBA_CPU_ISA
