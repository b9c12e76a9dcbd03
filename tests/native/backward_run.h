// Runs the backward of a case on a backend.
#pragma once

#include "backward_inputs.h"
#include "ops/backward.h"

namespace test {

// Adds to the gradients.
void run_backward(const BackwardInputs& from, mamba::BackwardOps& ops,
                  OpGradients& gradients);

}  // namespace test
