// Derivatives of the functions of math.h.
#pragma once

#include "backend/cpu/math.h"

namespace mamba::MAMBA_CPU_ISA {

// 1 / (1 + e^-x), the derivative of softplus.
inline Vec sigmoid(Vec x) {
  return div(splat(1.0f), add(splat(1.0f), exp_of(sub(zero(), x))));
}

// silu(z) and its derivative, sigmoid(z) (1 + z (1 - sigmoid(z))).
struct Gate {
  explicit Gate(Vec z) {
    const Vec s = sigmoid(z);
    silu = mul(z, s);
    slope = fma(silu, sub(splat(1.0f), s), s);
  }
  Vec silu, slope;
};

}  // namespace mamba::MAMBA_CPU_ISA
