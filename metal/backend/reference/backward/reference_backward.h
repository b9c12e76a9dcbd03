// The backward of every op as plain loops, sums in double: what the other
// backends are compared with.
#pragma once

#include <memory>

#include "ops/backward.h"

namespace mamba {

std::unique_ptr<BackwardOps> make_reference_backward();

}  // namespace mamba
