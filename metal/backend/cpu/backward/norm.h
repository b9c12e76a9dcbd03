// Backward of RMSNorm and LayerNorm of rows, whole or in groups. With
//   x' = (x - centre) · scale,  y = x' · weight + bias:
//   d_weight = Σ_rows d_y · x',  d_bias = Σ_rows d_y,  g = d_y · weight,
//   d_x = scale · (g - x' · mean(g · x') - mean(g) if centred)
#pragma once

#include "backend/cpu/backward/backward_kernels.h"
#include "backend/cpu/gemv.h"
#include "backend/cpu/norm.h"

namespace mamba::MAMBA_CPU_ISA {

// Rows whose gradients of the norm's weights are summed before they are added
// to those of the rows before.
constexpr int64_t kNormRows = 64;

// Rows of x that a norm has read and the gradients of both its sides.
struct NormBackward {
  Norm norm;
  int64_t groups = 1;
  int64_t width = 0, count = 0;
  const float* x = nullptr;
  const float* d_y = nullptr;     // (count, width)
  float* d_x = nullptr;           // like x
  const int64_t* rows = nullptr;  // which rows of x and d_x, or null = all
  NormGradient d_norm;
};

// n columns of one row; adds to d_weight and d_bias (n), unless null.
inline void norm_group_backward(const Norm& norm, const float* weight,
                                const float* x, const float* d_y, int64_t n,
                                float* d_x, float* d_weight, float* d_bias) {
  const float centre = norm.rms ? 0.0f : mean_of(x, n);
  const float square = mean_of_squares(x, centre, n);
  const Vec c = splat(centre);
  const Vec scale = splat(1.0f / __builtin_sqrtf(square + norm.eps));
  Vec along = zero(), across = zero();
  for (int64_t i = 0; i < n; i += kLanes) {
    const int64_t left = n - i;
    const Vec d = load_some(d_y + i, left);
    const Vec unit = mul(sub(load_some(x + i, left), c), scale);
    const Vec g = mul(d, load_some(weight + i, left));
    along = fma(g, unit, along);
    across = add(across, g);
    if (d_weight != nullptr) {
      store_some(d_weight + i, fma(d, unit, load_some(d_weight + i, left)),
                 left);
    }
    if (d_bias != nullptr) {
      store_some(d_bias + i, add(load_some(d_bias + i, left), d), left);
    }
  }
  const Vec slope = splat(sum(along) / static_cast<float>(n));
  const Vec shift =
      splat(norm.rms ? 0.0f : sum(across) / static_cast<float>(n));
  for (int64_t i = 0; i < n; i += kLanes) {
    const int64_t left = n - i;
    const Vec unit = mul(sub(load_some(x + i, left), c), scale);
    const Vec g = mul(load_some(d_y + i, left), load_some(weight + i, left));
    const Vec d = sub(fnma(unit, slope, g), shift);
    store_some(d_x + i, fma(d, scale, load_some(d_x + i, left)), left);
  }
}

// Rows [begin, end); without a norm, d_x += d_y.
inline void norm_rows_backward(const NormBackward& job, int64_t begin,
                               int64_t end, float* d_weight, float* d_bias) {
  const int64_t group = job.width / job.groups;
  for (int64_t i = begin; i < end; ++i) {
    const int64_t at = (job.rows == nullptr ? i : job.rows[i]) * job.width;
    const float* d_y = job.d_y + i * job.width;
    float* d_x = job.d_x + at;
    if (job.norm.weight == nullptr) {
      for (int64_t j = 0; j < job.width; j += kLanes) {
        const int64_t n = job.width - j;
        store_some(d_x + j, add(load_some(d_x + j, n), load_some(d_y + j, n)),
                   n);
      }
      continue;
    }
    for (int64_t g = 0; g < job.width; g += group) {
      norm_group_backward(job.norm, job.norm.weight + g, job.x + at + g,
                          d_y + g, group, d_x + g,
                          d_weight == nullptr ? nullptr : d_weight + g,
                          d_bias == nullptr ? nullptr : d_bias + g);
    }
  }
}

// Part `index` of the parts that add_parts() adds, all 0; null of null.
inline float* empty_part(float* parts, int64_t index, int64_t width) {
  if (parts == nullptr) return nullptr;
  float* part = parts + index * width;
  for (int64_t j = 0; j < width; ++j) part[j] = 0;
  return part;
}

// to[j] += Σ_b parts[b][j], b in order.  parts (count, width), to (width)
inline void add_parts(CpuContext& context, const float* parts, int64_t count,
                      int64_t width, float* to) {
  if (to == nullptr) return;
  parallel(context, width, 4 * kLanes, [&](Range range, uint32_t) {
    for (int64_t j = range.begin; j < range.end; j += kLanes) {
      const int64_t n = range.end - j;
      Vec total = load_some(to + j, n);
      for (int64_t b = 0; b < count; ++b) {
        total = add(total, load_some(parts + b * width + j, n));
      }
      store_some(to + j, total, n);
    }
  });
}

inline void norm_backward(BackwardContext& context, const NormBackward& job) {
  ArenaScope scope(context.arena);
  const int64_t blocks = (job.count + kNormRows - 1) / kNormRows;
  const int64_t width = job.width;
  // (blocks, width) each, where wanted.
  float* d_weights = nullptr;
  float* d_biases = nullptr;
  if (job.d_norm.weight != nullptr) {
    d_weights = context.arena.allocate<float>(blocks * width);
  }
  if (job.d_norm.bias != nullptr) {
    d_biases = context.arena.allocate<float>(blocks * width);
  }
  parallel(context, blocks, 1, [&](Range range, uint32_t) {
    for (int64_t b = range.begin; b < range.end; ++b) {
      norm_rows_backward(
          job, b * kNormRows, min_of((b + 1) * kNormRows, job.count),
          empty_part(d_weights, b, width), empty_part(d_biases, b, width));
    }
  });
  add_parts(context, d_weights, blocks, width, job.d_norm.weight);
  add_parts(context, d_biases, blocks, width, job.d_norm.bias);
}

}  // namespace mamba::MAMBA_CPU_ISA
