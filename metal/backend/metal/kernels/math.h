// Functions that Metal has not, in f32. NaN stays NaN.
#pragma once
#include <metal_stdlib>
using namespace metal;

inline float sigmoid(float x) { return 1.0f / (1.0f + exp(-x)); }

inline float silu(float x) { return x / (1.0f + exp(-x)); }

// The derivative of silu.
inline float silu_slope(float x) {
  const float s = sigmoid(x);
  return s * fma(x, 1.0f - s, 1.0f);
}

// log(1 + e^x) = max(x, 0) + log1p(e^-|x|), and log1p(e) = 2 atanh(s) with
// s = e / (2 + e) ≤ 1/3: exact to the last bits where e is tiny, too.
inline float softplus(float x) {
  const float e = exp(-fabs(x));
  const float s = e / (e + 2.0f);
  const float q = s * s;
  float p = 2.0f / 15.0f;
  p = fma(p, q, 2.0f / 13.0f);
  p = fma(p, q, 2.0f / 11.0f);
  p = fma(p, q, 2.0f / 9.0f);
  p = fma(p, q, 2.0f / 7.0f);
  p = fma(p, q, 2.0f / 5.0f);
  p = fma(p, q, 2.0f / 3.0f);
  p = fma(p, q, 2.0f);
  return fma(p, s, max(0.0f, x));
}
