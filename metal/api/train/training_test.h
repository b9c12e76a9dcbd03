// Whether a device's gradients are what the reference's are.
#pragma once

#include "api/self_test/self_test.h"

namespace mamba {

// One check for each tensor of small models. Throws Error for a device that
// cannot be used at all.
std::vector<SelfTestCheck> run_training_test(const char* device);

}  // namespace mamba
