#include <algorithm>
#include <numeric>
#include <vector>

#include "backend/metal/backward/metal_backward.h"
#include "backend/metal/kernel_table.h"
#include "backend/metal/kernels/backward_embedding.h"

namespace mamba::metal {
namespace {

constexpr uint32_t kThreads = 256;
constexpr Kernel kEmbedding = {"backward_embedding", "backward_embedding"};

// The rows of each id that occurs, in order.
struct RowsById {
  std::vector<uint32_t> ids;
  std::vector<uint32_t> starts;  // of an id's rows; one more than ids
  std::vector<uint32_t> rows;

  RowsById(const uint32_t* row_ids, int64_t n)
      : rows(static_cast<std::size_t>(n)) {
    std::iota(rows.begin(), rows.end(), 0u);
    std::stable_sort(
        rows.begin(), rows.end(),
        [row_ids](uint32_t a, uint32_t b) { return row_ids[a] < row_ids[b]; });
    for (uint32_t i = 0; i < rows.size(); ++i) {
      const uint32_t id = row_ids[rows[i]];
      if (!ids.empty() && ids.back() == id) continue;
      ids.push_back(id);
      starts.push_back(i);
    }
    starts.push_back(static_cast<uint32_t>(n));
  }
};

}  // namespace

void MetalBackward::embedding(const EmbeddingBackward& args) {
  if (args.n == 0) return;
  const RowsById index(args.ids, args.n);
  const std::size_t size =
      index.ids.size() + index.starts.size() + index.rows.size();
  uint32_t* ids = fresh_index(size);
  uint32_t* starts = std::copy(index.ids.begin(), index.ids.end(), ids);
  uint32_t* rows = std::copy(index.starts.begin(), index.starts.end(), starts);
  std::copy(index.rows.begin(), index.rows.end(), rows);
  const auto count = static_cast<int64_t>(index.ids.size());
  stream_.call(kEmbedding)
      .read(0, ids, count)
      .read(1, starts, count + 1)
      .read(2, rows, args.n)
      .read(3, args.d_out, args.n * args.d_model)
      .write(4, args.d_table, args.vocab_size * args.d_model)
      .args(5, BackwardEmbeddingArgs{static_cast<uint32_t>(args.d_model)})
      .run({ceil_div(args.d_model, kThreads), static_cast<uint32_t>(count)},
           {kThreads});
}

}  // namespace mamba::metal
