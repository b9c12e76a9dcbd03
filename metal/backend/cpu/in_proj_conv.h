// Norm, in_proj, causal convolution and silu. A thread that has made some
// columns of the product sends them through the convolution at once, while
// they are in its cache.
#pragma once

#include "backend/cpu/linear.h"
#include "backend/cpu/math.h"

namespace mamba::MAMBA_CPU_ISA {

// Where channel c of a sequence's raw inputs goes, or null.
inline float* raw_column(const InProjConvArgs& args, const Segment& segment,
                         int64_t c) {
  return args.raw == nullptr ? nullptr
                             : args.raw + segment.first * args.channels + c;
}

// Channels [c, c + n), n ≤ kLanes, of one sequence: K inputs stay in registers
// while the rows pass by.
template <int K>
inline void conv_lanes(const InProjConvArgs& args, const Segment& segment,
                       int64_t c, int64_t n) {
  const int64_t channels = args.channels;
  const int64_t stride = args.weight.rows;
  float* state = segment.state.conv + c;
  Vec window[K], weight[K];
  for (int k = 0; k < K; ++k) {
    window[k] = load_some(state + k * channels, n);
    weight[k] = load_some(args.conv_weight + k * channels + c, n);
  }
  const Vec bias =
      args.conv_bias == nullptr ? zero() : load_some(args.conv_bias + c, n);
  float* column = args.out + segment.first * stride + args.conv_begin + c;
  float* raw = raw_column(args, segment, c);
  for (int64_t i = 0; i < segment.count; ++i) {
    float* p = column + i * stride;
    for (int k = 0; k + 1 < K; ++k) window[k] = window[k + 1];
    window[K - 1] = load_some(p, n);
    if (raw != nullptr) store_some(raw + i * channels, window[K - 1], n);
    Vec acc = bias;
    for (int k = 0; k < K; ++k) acc = fma(weight[k], window[k], acc);
    store_some(p, silu(acc), n);
  }
  for (int k = 0; k < K; ++k) {
    store_some(state + k * channels, window[k], n);
  }
}

// The same for any width: the state itself is the window.
inline void conv_lanes_any(const InProjConvArgs& args, const Segment& segment,
                           int64_t c, int64_t n) {
  const int64_t channels = args.channels;
  const int64_t stride = args.weight.rows;
  float* state = segment.state.conv + c;
  float* newest = state + (args.d_conv - 1) * channels;
  float* column = args.out + segment.first * stride + args.conv_begin + c;
  float* raw = raw_column(args, segment, c);
  for (int64_t i = 0; i < segment.count; ++i) {
    float* p = column + i * stride;
    for (int64_t k = 0; k + 1 < args.d_conv; ++k) {
      float* to = state + k * channels;
      store_some(to, load_some(to + channels, n), n);
    }
    store_some(newest, load_some(p, n), n);
    if (raw != nullptr) store_some(raw + i * channels, load_some(p, n), n);
    Vec acc =
        args.conv_bias == nullptr ? zero() : load_some(args.conv_bias + c, n);
    for (int64_t k = 0; k < args.d_conv; ++k) {
      const Vec weight = load_some(args.conv_weight + k * channels + c, n);
      acc = fma(weight, load_some(state + k * channels, n), acc);
    }
    store_some(p, silu(acc), n);
  }
}

// Columns [begin, end) of the product, as far as they are convolved.
inline void conv_columns(const Batch& batch, const InProjConvArgs& args,
                         int64_t begin, int64_t end) {
  const int64_t first = max_of(begin - args.conv_begin, 0);
  const int64_t last = min_of(end - args.conv_begin, args.channels);
  for (int64_t s = 0; s < batch.n_segments && first < last; ++s) {
    const Segment& segment = batch.segments[s];
    for (int64_t c = first; c < last; c += kLanes) {
      const int64_t n = min_of(kLanes, last - c);
      switch (args.d_conv) {
        case 2:
          conv_lanes<2>(args, segment, c, n);
          break;
        case 3:
          conv_lanes<3>(args, segment, c, n);
          break;
        case 4:
          conv_lanes<4>(args, segment, c, n);
          break;
        default:
          conv_lanes_any(args, segment, c, n);
      }
    }
  }
}

// Columns whose products are still in a cache when they are convolved.
constexpr int64_t kConvGroup = 64;

inline void in_proj_conv(CpuContext& context, const Batch& batch,
                         const InProjConvArgs& args) {
  const Rows x = normed_rows(context, args.norm, 1, args.x, args.weight.cols,
                             nullptr, batch.rows);
  const Target target{args.out, args.weight.rows, args.bias, false};
  const uint32_t threads = context.pool.size();
  if (few_rows(batch, batch.rows) || is_quantised(args.weight.dtype)) {
    const Product product = make_product(context, args.weight, x);
    parallel(context, args.weight.rows, grain_of(product),
             [&](Range range, uint32_t) {
               for (int64_t j = range.begin; j < range.end; j += kConvGroup) {
                 const int64_t end = min_of(j + kConvGroup, range.end);
                 multiply(context, product, j, end, target);
                 conv_columns(batch, args, j, end);
               }
             });
    return;
  }
  if (blas_takes(x.count, args.weight.rows, args.weight.cols)) {
    blas_linear(context, args.weight, x, target);
    parallel(context, args.weight.rows, kOutputGrain,
             [&](Range range, uint32_t) {
               conv_columns(batch, args, range.begin, range.end);
             });
    return;
  }
  const int64_t group = group_outputs(args.weight.rows, threads);
  float* packed =
      context.workspace.get(Workspace::kPacked, kPackedFloats * threads);
  parallel(context, args.weight.rows, group, [&](Range range, uint32_t thread) {
    for (int64_t j = range.begin; j < range.end; j += group) {
      const int64_t end = min_of(j + group, range.end);
      gemm(args.weight, x, j, end, target, packed + kPackedFloats * thread);
      conv_columns(batch, args, j, end);
    }
  });
}

}  // namespace mamba::MAMBA_CPU_ISA
