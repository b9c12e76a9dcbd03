#include "backward_formulas.h"

#include <cmath>

#include "op_formulas.h"

namespace test {
namespace {

// Small steps, since the formulas are in double: the error of central
// differences is of the order of its square.
constexpr float kStep = 1.0f / 8192;

double exact_cross_entropy(const BackwardInputs& from,
                           const std::vector<double>& logits) {
  const auto vocab = static_cast<std::size_t>(from.op_case.shape.D);
  double loss = 0;
  auto row = logits.begin();
  for (const int64_t l : from.inputs.wanted_rows) {
    double sum = 0;
    for (std::size_t v = 0; v < vocab; ++v) sum += std::exp(row[v]);
    loss += std::log(sum) - row[from.targets[static_cast<std::size_t>(l)]];
    row += static_cast<std::ptrdiff_t>(vocab);
  }
  return loss;
}

}  // namespace

double exact_loss(const BackwardInputs& from) {
  const auto result = exact_op(from.op_case, from.inputs).result;
  if (from.op_case.op == Op::lm_head) {
    return double(kScale) * exact_cross_entropy(from, result);
  }
  double loss = 0;
  for (std::size_t i = 0; i < result.size(); ++i) {
    loss += result[i] * from.d_out[i];
  }
  return loss;
}

std::vector<double> exact_gradient(BackwardInputs& from, const Part& part) {
  std::vector<double> gradient;
  for (float& value : part.input(from.inputs)) {
    const float here = value, above = here + kStep, below = here - kStep;
    value = above;
    const double more = exact_loss(from);
    value = below;
    const double less = exact_loss(from);
    value = here;
    gradient.push_back((more - less) / (double(above) - double(below)));
  }
  return gradient;
}

}  // namespace test
