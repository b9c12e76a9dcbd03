// The SIMD, multi-threaded backward.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "ops/backward.h"

namespace mamba {

// As make_cpu_ops: null, with the reason, when the processor lacks what it
// takes; MAMBA_SIMD asks for one instruction set.
std::unique_ptr<BackwardOps> make_cpu_backward(uint32_t threads,
                                               std::string* why_not);

}  // namespace mamba
