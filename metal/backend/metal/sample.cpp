#include <algorithm>
#include <array>
#include <cfloat>
#include <cstdint>

#include "backend/metal/kernels/sample.h"
#include "backend/metal/metal_ops.h"

namespace mamba::metal {
namespace {

constexpr uint32_t kThreads = 1024;
constexpr Kernel kSampleRows = {"sample", "sample_rows"};
constexpr int64_t kMostRows =
    static_cast<int64_t>(Commands::kMostBytes / sizeof(SampleRow));

SampleRow sample_row(const RowDraw& draw) {
  const DrawOptions& options = draw.options;
  SampleRow row;
  row.count = static_cast<uint32_t>(options.vocab_size);
  row.top_k =
      static_cast<uint32_t>(std::min(options.top_k, options.vocab_size));
  // The GPU takes smaller numbers for 0.
  row.temperature =
      options.temperature > 0 ? std::max(options.temperature, FLT_MIN) : 0;
  row.top_p = options.top_p;
  row.min_p = options.min_p;
  row.place = static_cast<float>(draw.place);
  return row;
}

}  // namespace

void MetalOps::sample(const SampleArgs& args) {
  std::array<SampleRow, kMostRows> rows;
  for (int64_t first = 0; first < args.n_rows; first += kMostRows) {
    const int64_t count = std::min(kMostRows, args.n_rows - first);
    std::transform(args.draws + first, args.draws + first + count, rows.begin(),
                   sample_row);
    SampleRowsArgs sizes;
    sizes.stride = static_cast<uint32_t>(args.vocab_size);
    stream_.call(kSampleRows)
        .read(0, args.logits + first * args.vocab_size, count * args.vocab_size)
        .write(1, args.ids + first, count)
        .write(2, args.logprobs + first, count)
        .args_bytes(3, rows.data(),
                    static_cast<std::size_t>(count) * sizeof(SampleRow))
        .args(4, sizes)
        .run({static_cast<uint32_t>(count)}, {kThreads});
  }
}

}  // namespace mamba::metal
