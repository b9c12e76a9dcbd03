// Starting values of untrained models, the same on every machine.
#pragma once

#include <cstdint>

#include "core/tensor_specs.h"

namespace mamba {

// Writes values [begin, end) of a tensor to out[0 …). Every value depends on
// the seed, the tensor's name and its own index alone. `begin` must be even:
// normal numbers are made in pairs.
void fill_tensor(const TensorSpec& spec, uint64_t seed, int64_t begin,
                 int64_t end, float* out);

}  // namespace mamba
