// What the kernels of Mamba 2's recurrence are told of a sequence.
#pragma once

#include <cstdint>

#include "backend/metal/kernels/ssd.h"
#include "ops/ops.h"

namespace mamba::metal {

inline SsdShape ssd_shape(const SsdArgs& args, const Segment& segment) {
  SsdShape shape;
  shape.rows = static_cast<uint32_t>(segment.count);
  shape.stride = static_cast<uint32_t>(args.stride);
  shape.heads = static_cast<uint32_t>(args.nheads);
  shape.headdim = static_cast<uint32_t>(args.headdim);
  shape.d_state = static_cast<uint32_t>(args.d_state);
  shape.groups = static_cast<uint32_t>(args.ngroups);
  shape.dt_min = args.dt_min;
  shape.dt_max = args.dt_max;
  return shape;
}

}  // namespace mamba::metal
