// From the C struct to ours.
#pragma once

#include "core/config.h"
#include "include/mamba.h"

namespace mamba {

// Throws Error (invalid_argument) for a struct of another size, and for what
// no model can have.
ModelConfig read_config(const mamba_model_config& from);

}  // namespace mamba
