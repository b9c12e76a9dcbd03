// The backends that train, by name.
#pragma once

#include "train/trainer.h"

namespace mamba {

// As make_ops: `threads` 0 = all cores. Throws Error (invalid_argument) for an
// unknown name, (unsupported) with the reason for one that cannot train here.
TrainingOps make_training_ops(const char* device, uint32_t threads);

}  // namespace mamba
