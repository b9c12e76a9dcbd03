// RMSNorm and LayerNorm of rows, whole or in groups.
#pragma once

#include "backend/cpu/gemv.h"
#include "backend/cpu/parallel.h"
#include "ops/ops.h"

namespace mamba::MAMBA_CPU_ISA {

inline float mean_of_squares(const float* x, float centre, int64_t n) {
  const Vec c = splat(centre);
  Vec acc[4] = {zero(), zero(), zero(), zero()};
  int64_t i = 0;
  for (; i + 4 * kLanes <= n; i += 4 * kLanes) {
    for (int j = 0; j < 4; ++j) {
      const Vec d = sub(load(x + i + j * kLanes), c);
      acc[j] = fma(d, d, acc[j]);
    }
  }
  for (; i + kLanes <= n; i += kLanes) {
    const Vec d = sub(load(x + i), c);
    acc[0] = fma(d, d, acc[0]);
  }
  float tail = 0;
  for (; i < n; ++i) tail += (x[i] - centre) * (x[i] - centre);
  const Vec all = add(add(acc[0], acc[1]), add(acc[2], acc[3]));
  return (sum(all) + tail) / static_cast<float>(n);
}

inline float mean_of(const float* x, int64_t n) {
  Vec acc = zero();
  for (int64_t i = 0; i < n; i += kLanes) {
    acc = add(acc, load_some(x + i, n - i));
  }
  return sum(acc) / static_cast<float>(n);
}

// y = norm(x) with columns [first, first + n) of the norm's weight.
inline void normalize(const Norm& norm, int64_t first, const float* x,
                      int64_t n, float* y) {
  const float centre = norm.rms ? 0.0f : mean_of(x, n);
  const float square = mean_of_squares(x, centre, n);
  const Vec c = splat(centre);
  const Vec scale = splat(1.0f / __builtin_sqrtf(square + norm.eps));
  for (int64_t i = 0; i < n; i += kLanes) {
    const int64_t left = n - i;
    Vec v = mul(sub(load_some(x + i, left), c), scale);
    v = mul(v, load_some(norm.weight + first + i, left));
    if (norm.bias != nullptr) {
      v = add(v, load_some(norm.bias + first + i, left));
    }
    store_some(y + i, v, left);
  }
}

// Rows of `width` as a matrix product reads them: normed ones in the
// workspace, or, without a norm, as they are. `rows`, if given, picks rows.
inline Rows normed_rows(CpuContext& context, const Norm& norm, int64_t groups,
                        const float* x, int64_t width, const int64_t* rows,
                        int64_t count) {
  if (norm.weight == nullptr && rows == nullptr) return {x, width, count};
  float* out = context.workspace.get(Workspace::kNormed, count * width);
  const int64_t group = width / groups;
  const auto run = [&](Range range, uint32_t) {
    for (int64_t i = range.begin; i < range.end; ++i) {
      const float* from = x + (rows == nullptr ? i : rows[i]) * width;
      float* to = out + i * width;
      if (norm.weight == nullptr) {
        __builtin_memcpy(to, from, static_cast<size_t>(width) * sizeof(float));
        continue;
      }
      for (int64_t g = 0; g < width; g += group) {
        normalize(norm, g, from + g, group, to + g);
      }
    }
  };
  // A round of the pool costs about as much as a few thousand elements.
  if (count * width <= 8192) {
    run(Range{0, count}, 0);
  } else {
    parallel(context, count, 1, run);
  }
  return {out, width, count};
}

}  // namespace mamba::MAMBA_CPU_ISA
