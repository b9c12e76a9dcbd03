// A step of the convolution that follows in_proj.
#pragma once
#include <metal_stdlib>
using namespace metal;

#include "in_proj_conv.h"
#include "math.h"

// silu of the convolution of a channel when `input` comes in; moves its state
// on. state, weight (d_conv, channels), the last row is the newest.
inline float conv_step(float input, uint channel, constant ConvStepShape& shape,
                       device float* state, device const float* weight,
                       device const float* bias) {
  float sum = shape.has_bias ? bias[channel] : 0.0f;
  const uint end = (shape.d_conv - 1) * shape.channels + channel;
  for (uint i = channel; i < end; i += shape.channels) {
    const float value = state[i + shape.channels];
    state[i] = value;
    sum = fma(weight[i], value, sum);
  }
  state[end] = input;
  return silu(fma(weight[end], input, sum));
}
