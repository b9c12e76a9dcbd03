// dt of Mamba 2.
#pragma once
#include <metal_stdlib>
using namespace metal;

#include "math.h"
#include "ssd.h"

inline float ssd_delta(float raw, constant SsdShape& shape) {
  return clamp(softplus(raw), shape.dt_min, shape.dt_max);
}
