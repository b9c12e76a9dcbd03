#include <algorithm>

#include "backend/reference/formulas.h"
#include "backend/reference/reference_ops.h"

namespace mamba {
namespace {

// Row `row` of a sequence: the state moves by one column and takes the raw
// input, whose place the activated sum takes.
//   out[c] = silu(Σ_k w[k][c] state[k][c] + bias[c])
void convolve_row(const InProjConvArgs& args, float* state, float* row) {
  const int64_t channels = args.channels;
  for (int64_t c = 0; c < channels; ++c) {
    double sum = args.conv_bias == nullptr ? 0 : args.conv_bias[c];
    for (int64_t k = 0; k < args.d_conv; ++k) {
      float& place = state[k * channels + c];
      place = k + 1 < args.d_conv ? state[(k + 1) * channels + c] : row[c];
      sum += double(args.conv_weight[k * channels + c]) * place;
    }
    row[c] = static_cast<float>(reference::silu(sum));
  }
}

}  // namespace

void ReferenceOps::in_proj_conv(const Batch& batch,
                                const InProjConvArgs& args) {
  const int64_t inputs = args.weight.cols, outputs = args.weight.rows;
  resize(rows_, batch.rows * inputs);
  resize(weight_row_, inputs);
  for (int64_t l = 0; l < batch.rows; ++l) {
    reference::apply_norm(args.norm, args.x + l * inputs, inputs,
                          rows_.data() + l * inputs);
  }
  reference::matmul({rows_.data(), batch.rows, inputs, args.weight, args.bias,
                     args.out, outputs, weight_row_.data()});
  for (int64_t s = 0; s < batch.n_segments; ++s) {
    const Segment& segment = batch.segments[s];
    for (int64_t l = 0; l < segment.count; ++l) {
      float* row = args.out + (segment.first + l) * outputs + args.conv_begin;
      if (args.raw != nullptr) {
        std::copy(row, row + args.channels,
                  args.raw + (segment.first + l) * args.channels);
      }
      convolve_row(args, segment.state.conv, row);
    }
  }
}

}  // namespace mamba
