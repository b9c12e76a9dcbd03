// Derivatives by finite differences of the formulas in double.
#pragma once

#include "backward_inputs.h"

namespace test {

// The number that the gradients are of.
double exact_loss(const BackwardInputs& from);

// Its derivative by every number of one input, which comes back unchanged.
std::vector<double> exact_gradient(BackwardInputs& from, const Part& part);

}  // namespace test
