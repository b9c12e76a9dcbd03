// The way back through the selective scan, for both models.
#pragma once

#include "backend/metal/stream.h"
#include "ops/backward.h"

namespace mamba::metal {

// Rows of args.d_out are d_out_stride apart. Uses scratch slots 1 and 2
// and kPartsSlot; with dt_proj the others too.
void scan_backward(Stream& stream, const Batch& batch,
                   const SelectiveScanBackward& args, int64_t d_out_stride);

}  // namespace mamba::metal
