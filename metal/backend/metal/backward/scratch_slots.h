// Who has which of the stream's scratch slots in a backward op: the op itself
// those below kNormalisedSlot, what it calls the others.
#pragma once

#include "backend/metal/stream.h"

namespace mamba::metal {

enum ScratchSlot {
  kNormalisedSlot = 3,
  kGradientSlot,
  kMomentsSlot,
  kPartsSlot,  // of sums, until they are added up
  kGemmSlot
};
static_assert(kGemmSlot == Stream::kSlots - 1, "as gemm.h says");

}  // namespace mamba::metal
