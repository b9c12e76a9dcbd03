// What the kernels of Mamba's scan work on: raw dt of all rows, and the rows of
// one sequence.
#pragma once

#include <cstdint>

#include "backend/metal/kernels/selective_scan.h"
#include "backend/metal/stream.h"
#include "ops/ops.h"

namespace mamba::metal {

// dt before bias and softplus, a row of D for each row of the batch.
struct RawDt {
  const float* data;
  int64_t stride;
};

// Through dt_proj into `room` (L, D); without dt_proj it is there already.
RawDt raw_dt(Stream& stream, const Batch& batch, const SelectiveScanArgs& args,
             float* room);

struct ScanViews {
  ScanViews(const SelectiveScanArgs& args, const Segment& segment,
            const RawDt& raw);

  // Numbers from the first to the last of the rows.
  int64_t size(int64_t stride, int64_t width) const {
    return (int64_t{shape.rows} - 1) * stride + width;
  }

  // The sequence's first rows.
  const float *u, *dt, *B, *C, *z;
  float* out;
  ScanShape shape;
};

}  // namespace mamba::metal
