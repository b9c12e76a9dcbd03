// The ops once more, as the papers' formulas in double over whole sequences:
// nothing here is shared with the library.
#pragma once

#include "op_inputs.h"

namespace test {

struct ExactOutput {
  std::vector<double> result;
  std::vector<double> conv;
  std::vector<double> ssm;
};

ExactOutput exact_op(const OpCase& op_case, const OpInputs& inputs);

}  // namespace test
