// Passes over logits, four at a time on every machine.
#pragma once

#include <cstdint>

namespace mamba {

// exp(x) for x ≤ 0 within 2e-7 of the value; 0 below -87.
float exp_below_zero(float x);

// The highest of n > 0 logits, not NaN.
float find_max(const float* logits, int64_t n);

// True if any is NaN or +infinity.
bool has_bad_logit(const float* logits, int64_t n);

// Σ exp(logits[i] - max), max finite.
double sum_exp(const float* logits, int64_t n, float max);

// weights[i] = exp((logits[i] - max) / temperature)
void make_weights(const float* logits, int64_t n, float max, float temperature,
                  float* weights);

// Σ weights[i]
double sum_weights(const float* weights, int64_t n);

}  // namespace mamba
