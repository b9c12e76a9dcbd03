// The causal convolution over the rows of sequences.
#pragma once

#include "backend/metal/stream.h"
#include "ops/ops.h"

namespace mamba::metal {

// In place: columns [conv_begin, conv_begin + channels) of args.out hold the
// inputs, and become silu(conv + conv_bias). Moves the conv states on, and
// fills args.raw if it is there. Of `args` only what concerns the convolution
// and weight.rows (the width of out) matters. Uses the last scratch slot.
void conv_rows(Stream& stream, const Batch& batch, const InProjConvArgs& args);

}  // namespace mamba::metal
