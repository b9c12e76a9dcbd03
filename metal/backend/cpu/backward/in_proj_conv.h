// Backward of norm, in_proj, causal convolution and silu. What went into the
// convolution was kept, so that only the silu's input is found again.
#pragma once

#include "backend/cpu/backward/linear.h"
#include "backend/cpu/backward/slopes.h"
#include "backend/cpu/linear.h"

namespace mamba::MAMBA_CPU_ISA {

struct ConvBackward {
  const InProjConvBackward& args;
  float* d_raw = nullptr;  // (L, channels)
  // (K + 1, channels): the gradients of the K taps and of the bias. Or null.
  float* sums = nullptr;
};

// From the gradient of a row's silu to that of the sum below it, left in
// d_raw; row `l` of its sequence, so that taps before K-1-l read nothing.
inline void conv_row_backward(const ConvBackward& job, int64_t row, int64_t l,
                              Range columns) {
  const InProjConvArgs& forward = job.args.forward;
  const int64_t channels = forward.channels, taps = forward.d_conv;
  const int64_t first = max_of(0, taps - 1 - l);
  const float* d_out =
      job.args.d_out + row * forward.weight.rows + forward.conv_begin;
  for (int64_t c = columns.begin; c < columns.end; c += kLanes) {
    const int64_t n = columns.end - c;
    const float* oldest = forward.raw + (row - (taps - 1)) * channels + c;
    const float* weight = forward.conv_weight + c;
    Vec s = forward.conv_bias == nullptr ? zero()
                                         : load_some(forward.conv_bias + c, n);
    for (int64_t k = first; k < taps; ++k) {
      s = fma(load_some(weight + k * channels, n),
              load_some(oldest + k * channels, n), s);
    }
    const Vec d = mul(load_some(d_out + c, n), Gate(s).slope);
    store_some(job.d_raw + row * channels + c, d, n);
    if (job.sums == nullptr) continue;
    float* sums = job.sums + c;
    for (int64_t k = first; k < taps; ++k) {
      float* p = sums + k * channels;
      store_some(
          p, fma(d, load_some(oldest + k * channels, n), load_some(p, n)), n);
    }
    float* bias = sums + taps * channels;
    store_some(bias, add(d, load_some(bias, n)), n);
  }
}

// From the gradients of the sums in row `row` and the `later` ones after it to
// that of the convolution's input in `row`, in place.
inline void conv_input_backward(const ConvBackward& job, int64_t row,
                                int64_t later, Range columns) {
  const InProjConvArgs& forward = job.args.forward;
  const int64_t channels = forward.channels, newest = forward.d_conv - 1;
  for (int64_t c = columns.begin; c < columns.end; c += kLanes) {
    const int64_t n = columns.end - c;
    const float* weight = forward.conv_weight + newest * channels + c;
    float* d_raw = job.d_raw + row * channels + c;
    Vec d = zero();
    for (int64_t i = 0; i <= min_of(newest, later); ++i) {
      d = fma(load_some(weight - i * channels, n),
              load_some(d_raw + i * channels, n), d);
    }
    store_some(d_raw, d, n);
  }
}

// Some channels of all sequences: row after row as they lie in memory, and
// each input's gradient as soon as the last row that read it is done.
inline void conv_backward(const ConvBackward& job, const Batch& batch,
                          Range columns) {
  const int64_t newest = job.args.forward.d_conv - 1;
  for (int64_t s = 0; s < batch.n_segments; ++s) {
    const Segment& segment = batch.segments[s];
    for (int64_t l = 0; l < segment.count + newest; ++l) {
      if (l < segment.count) {
        conv_row_backward(job, segment.first + l, l, columns);
      }
      const int64_t done = l - newest;
      if (done >= 0) {
        conv_input_backward(job, segment.first + done, segment.count - 1 - done,
                            columns);
      }
    }
  }
}

// The gradient of the convolution's inputs, in the arena; adds those of its
// weights.
inline const float* conv_backward(BackwardContext& context, const Batch& batch,
                                  const InProjConvBackward& args) {
  const int64_t channels = args.forward.channels, taps = args.forward.d_conv;
  ConvBackward job{args};
  job.d_raw = context.arena.allocate<float>(batch.rows * channels);
  const int64_t sums = (taps + 1) * channels;
  if (args.d_conv_weight != nullptr || args.d_conv_bias != nullptr) {
    job.sums = context.arena.allocate<float>(sums);
    for (int64_t i = 0; i < sums; ++i) job.sums[i] = 0;
  }
  parallel(context, channels, kOutputGrain,
           [&](Range range, uint32_t) { conv_backward(job, batch, range); });
  if (args.d_conv_weight != nullptr) {
    for (int64_t i = 0; i < taps * channels; ++i) {
      args.d_conv_weight[i] += job.sums[i];
    }
  }
  if (args.d_conv_bias != nullptr) {
    for (int64_t i = 0; i < channels; ++i) {
      args.d_conv_bias[i] += job.sums[taps * channels + i];
    }
  }
  return job.d_raw;
}

// Outputs [begin, end) of in_proj, whose gradients are in d_out.
struct OutputPart {
  int64_t begin = 0, end = 0;
  Rows d_out;
};

inline void in_proj_conv_backward(BackwardContext& context, const Batch& batch,
                                  const InProjConvBackward& args) {
  const InProjConvArgs& forward = args.forward;
  const Matrix& weight = forward.weight;
  const int64_t rows = batch.rows, width = weight.cols;
  const int64_t begin = forward.conv_begin, end = begin + forward.channels;
  ArenaScope scope(context.arena);
  const float* d_raw = conv_backward(context, batch, args);
  // Outputs beside the convolution are those of in_proj itself.
  const OutputPart parts[] = {
      {0, begin, {args.d_out, weight.rows, rows}},
      {begin, end, {d_raw, forward.channels, rows}},
      {end, weight.rows, {args.d_out + end, weight.rows, rows}},
  };
  const Rows x =
      normed_rows(context, forward.norm, 1, forward.x, width, nullptr, rows);
  Target d_normed =
      normed_gradient(context, forward.norm, rows, width, args.d_x);
  for (const OutputPart& part : parts) {
    if (part.begin == part.end) continue;
    const int64_t first = part.begin * width;
    const Matrix own{static_cast<const float*>(weight.data) + first, Dtype::f32,
                     part.end - part.begin, width};
    affine_backward(
        context, part.d_out, x, own, d_normed,
        args.d_weight == nullptr ? nullptr : args.d_weight + first,
        args.d_bias == nullptr ? nullptr : args.d_bias + part.begin);
    d_normed.accumulate = true;
  }
  if (forward.norm.weight == nullptr) return;
  norm_backward(context, {forward.norm, 1, width, rows, forward.x, d_normed.out,
                          args.d_x, nullptr, args.d_norm});
}

}  // namespace mamba::MAMBA_CPU_ISA
