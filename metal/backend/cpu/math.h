// Vector exp, silu, softplus. About 1e-7 relative, no NaN for finite inputs,
// NaN stays NaN.
#pragma once

#include "backend/cpu/simd/simd.h"

namespace mamba::MAMBA_CPU_ISA {

constexpr float kLog2e = 1.44269504088896341f;

// 2^x, for what is scaled by it: from 2^-126 to 2^127, where zero and infinity
// would be.
inline Vec exp2_of(Vec x) {
  const Power power =
      split_power(at_most(splat(127.0f), at_least(splat(-126.0f), x)));
  const Vec f = power.rest;
  // Minimax on [-1/2, 1/2], and exactly 1 at 0: a decay by nothing is none.
  Vec p = splat(1.534581242595e-4f);
  p = fma(p, f, splat(1.339993090369e-3f));
  p = fma(p, f, splat(9.618489071727e-3f));
  p = fma(p, f, splat(5.550328642130e-2f));
  p = fma(p, f, splat(2.402264624834e-1f));
  p = fma(p, f, splat(6.931471824646e-1f));
  p = fma(p, f, splat(1.0f));
  return times_power(p, power);
}

// e^x; 0 below e^-87.3, infinity from e^88.4 on.
inline Vec exp_of(Vec x) {
  const Vec low = splat(-87.33654f);
  const Vec bounded = at_most(splat(89.0f), scalable(low, x));
  const Vec r = at_most(splat(128.0f), round_even(mul(bounded, splat(kLog2e))));
  // x - r · ln 2, ln 2 in two parts so that nothing is lost.
  Vec f = fnma(r, splat(0.693359375f), bounded);
  f = fnma(r, splat(-2.12194440e-4f), f);
  Vec p = splat(1.9875691500e-4f);
  p = fma(p, f, splat(1.3981999507e-3f));
  p = fma(p, f, splat(8.3334519073e-3f));
  p = fma(p, f, splat(4.1665795894e-2f));
  p = fma(p, f, splat(1.6666665459e-1f));
  p = fma(p, f, splat(5.0000001201e-1f));
  p = fma(p, mul(f, f), add(f, splat(1.0f)));
  return scale_pow2(p, r, is_less(x, low));
}

// x / (1 + e^-x)
inline Vec silu(Vec x) {
  return div(x, add(splat(1.0f), exp_of(sub(zero(), x))));
}

// log(1 + e^x) = max(x, 0) + log1p(e^-|x|), and log1p(e) = 2 atanh(s) with
// s = e / (2 + e) ≤ 1/3: exact to the last bits where e is tiny, too.
inline Vec softplus(Vec x) {
  const Vec e = exp_of(sub(zero(), absolute(x)));
  const Vec s = div(e, add(e, splat(2.0f)));
  const Vec q = mul(s, s);
  Vec p = splat(2.0f / 15.0f);
  p = fma(p, q, splat(2.0f / 13.0f));
  p = fma(p, q, splat(2.0f / 11.0f));
  p = fma(p, q, splat(2.0f / 9.0f));
  p = fma(p, q, splat(2.0f / 7.0f));
  p = fma(p, q, splat(2.0f / 5.0f));
  p = fma(p, q, splat(2.0f / 3.0f));
  p = fma(p, q, splat(2.0f));
  return fma(p, s, at_least(zero(), x));
}

}  // namespace mamba::MAMBA_CPU_ISA
