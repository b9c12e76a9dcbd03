#include <algorithm>
#include <numeric>

#include "backend/reference/backward/gradients.h"
#include "backend/reference/backward/reference_backward.h"

namespace mamba {

// d_table[id] += Σ of d_out[l] over the rows l of that id
void ReferenceBackward::embedding(const EmbeddingBackward& args) {
  std::vector<int64_t> rows(static_cast<std::size_t>(args.n));
  std::iota(rows.begin(), rows.end(), int64_t{0});
  std::stable_sort(rows.begin(), rows.end(), [&](int64_t a, int64_t b) {
    return args.ids[a] < args.ids[b];
  });
  for (auto row = rows.begin(); row != rows.end();) {
    const uint32_t id = args.ids[*row];
    auto sum = reference::zeros(args.d_model);
    for (; row != rows.end() && args.ids[*row] == id; ++row) {
      const float* d_out = args.d_out + *row * args.d_model;
      for (double& value : sum) value += *d_out++;
    }
    reference::add_to(args.d_table + id * args.d_model, sum.data(),
                      args.d_model);
  }
}

}  // namespace mamba
