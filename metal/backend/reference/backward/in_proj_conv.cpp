#include <algorithm>

#include "backend/reference/backward/gradients.h"
#include "backend/reference/backward/reference_backward.h"

namespace mamba {
namespace {

using reference::Doubles;

struct ConvGradient {
  Doubles weight;  // (K, channels)
  Doubles bias;    // (channels)
};

// One row of one sequence, which begins at row `first`:
//   s[c] = Σ_k weight[k][c] raw[l - (K-1) + k][c] + bias[c],  out = silu(s)
// d_raw: rows of J, like d_out.
void convolve_row_backward(const InProjConvBackward& args, int64_t first,
                           int64_t l, double* d_raw, ConvGradient& d) {
  const InProjConvArgs& forward = args.forward;
  const int64_t channels = forward.channels, outputs = forward.weight.rows;
  const int64_t oldest = l - (forward.d_conv - 1);
  const int64_t begin = std::max<int64_t>(0, first - oldest);
  for (int64_t c = 0; c < channels; ++c) {
    double sum = forward.conv_bias == nullptr ? 0 : forward.conv_bias[c];
    for (int64_t k = begin; k < forward.d_conv; ++k) {
      sum += double(forward.conv_weight[k * channels + c]) *
             forward.raw[(oldest + k) * channels + c];
    }
    const double d_sum = reference::silu_slope(sum) *
                         args.d_out[l * outputs + forward.conv_begin + c];
    d.bias[static_cast<std::size_t>(c)] += d_sum;
    for (int64_t k = begin; k < forward.d_conv; ++k) {
      const int64_t tap = k * channels + c, row = oldest + k;
      d.weight[static_cast<std::size_t>(tap)] +=
          d_sum * forward.raw[row * channels + c];
      d_raw[row * outputs + c] += d_sum * forward.conv_weight[tap];
    }
  }
}

// The gradient of what in_proj gave, (L, J), from that of what left the
// convolution.
Doubles convolution_backward(const Batch& batch,
                             const InProjConvBackward& args) {
  const InProjConvArgs& forward = args.forward;
  const int64_t channels = forward.channels, outputs = forward.weight.rows;
  Doubles d_p = reference::read_rows(args.d_out, batch.rows, outputs, outputs);
  double* d_raw = d_p.data() + forward.conv_begin;
  for (int64_t l = 0; l < batch.rows; ++l) {
    std::fill_n(d_raw + l * outputs, channels, 0.0);
  }
  ConvGradient d{reference::zeros(forward.d_conv * channels),
                 reference::zeros(channels)};
  for (int64_t s = 0; s < batch.n_segments; ++s) {
    const Segment& segment = batch.segments[s];
    for (int64_t l = 0; l < segment.count; ++l) {
      convolve_row_backward(args, segment.first, segment.first + l, d_raw, d);
    }
  }
  reference::add_to(args.d_conv_weight, d.weight.data(),
                    forward.d_conv * channels);
  reference::add_to(args.d_conv_bias, d.bias.data(), channels);
  return d_p;
}

}  // namespace

void ReferenceBackward::in_proj_conv(const Batch& batch,
                                     const InProjConvBackward& args) {
  const InProjConvArgs& forward = args.forward;
  const reference::NormalisedRows x(forward.norm, forward.x, batch.rows,
                                    forward.weight.cols, 1);
  const Doubles d_p = convolution_backward(batch, args);
  const Doubles d_x =
      reference::matmul_backward({x.y(), d_p.data(), batch.rows, forward.weight,
                                  args.d_weight, args.d_bias});
  x.backward(d_x.data(), args.d_x, args.d_norm);
}

}  // namespace mamba
