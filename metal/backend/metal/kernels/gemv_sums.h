// Products of up to eight rows with a weight, by a threadgroup of 256: each
// SIMD-group sums four outputs for all of the rows, so that weights are read
// once. An output of a row is the same to the bit whatever the other rows are:
// the order of its sum depends on the weight's size alone.
#pragma once
#include <metal_stdlib>
using namespace metal;

#include "eight.h"
#include "gemv.h"

constant uint kOutputs = 4;  // per SIMD-group
constant uint kGroups = 8;   // SIMD-groups
constant uint kPass = 256;   // columns that the lanes load at once
// The parts of the sums, from here on those of the squares.
constant uint kSquares = 256;

// Sums over all lanes of Count numbers that each lane has. A lane gets the sum
// of number lane / (32 / Count). Lanes 16 apart are added first, whatever
// Count is.
template <uint Count>
inline float sum_lanes(thread float* values, uint lane) {
#pragma unroll
  for (uint apart = 16, count = Count; apart > 0; apart /= 2) {
    if (count == 1) {
      values[0] += simd_shuffle_xor(values[0], ushort(apart));
      continue;
    }
    count /= 2;
    // Each lane of a pair goes on with half of the numbers.
    const bool upper = (lane & apart) != 0;
#pragma unroll
    for (uint i = 0; i < count; ++i) {
      const float kept = upper ? values[i + count] : values[i];
      const float given = upper ? values[i] : values[i + count];
      values[i] = kept + simd_shuffle_xor(given, ushort(apart));
    }
  }
  return values[0];
}

// What is multiplied.
template <typename W>
struct GemvInputs {
  device const float* x;
  device const W* weight;
  device const float* norm;  // the norm's weight
  device const long* which;  // rows of x
};

// What a lane sums: [row][output], and the squares of each row.
template <uint Rows>
struct LaneSums {
  float products[Rows * kOutputs];
  float squares[Rows];
};

template <typename T>
inline Eight load_columns(device const T* row, uint column,
                          constant GemvShape& shape) {
  return shape.aligned ? load_eight(row + column)
                       : load_some(row + column, shape.inner - column);
}

// Rows and outputs that are not there are computed as the last one.
template <typename W, uint Rows>
inline void sum_columns(GemvInputs<W> in, constant GemvShape& shape,
                        uint first_row, uint first_output, uint split,
                        uint lane, thread LaneSums<Rows>& sums) {
  device const float* x[Rows];
  device const W* weight[kOutputs];
#pragma unroll
  for (uint b = 0; b < Rows; ++b) {
    const uint row = min(first_row + b, shape.rows - 1);
    x[b] = in.x + (shape.has_which ? ulong(in.which[row]) : ulong(row)) *
                      shape.x_stride;
  }
#pragma unroll
  for (uint r = 0; r < kOutputs; ++r) {
    const uint output = min(first_output + r, shape.outputs - 1);
    weight[r] = in.weight + ulong(output) * shape.inner;
  }
  for (uint column = split * kPass + 8 * lane; column < shape.inner;
       column += shape.splits * kPass) {
    Eight w[kOutputs], norm;
#pragma unroll
    for (uint r = 0; r < kOutputs; ++r) {
      w[r] = load_columns(weight[r], column, shape);
    }
    if (shape.has_norm) norm = load_columns(in.norm, column, shape);
#pragma unroll
    for (uint b = 0; b < Rows; ++b) {
      Eight values = load_columns(x[b], column, shape);
      if (shape.has_norm) {
        sums.squares[b] = add_products(values, values, sums.squares[b]);
        values.low *= norm.low;
        values.high *= norm.high;
      }
#pragma unroll
      for (uint r = 0; r < kOutputs; ++r) {
        thread float& sum = sums.products[b * kOutputs + r];
        sum = add_products(w[r], values, sum);
      }
    }
  }
}

// The outputs that a threadgroup makes of each row.
inline uint outputs_per_group(constant GemvShape& shape) {
  return kOutputs * kGroups / shape.splits;
}

// Leaves the splits' parts in `parts` (320 floats): [split][row][output], then
// [split][row] of the squares. A barrier must follow.
template <typename W, uint Rows>
inline void sum_parts(GemvInputs<W> in, constant GemvShape& shape,
                      uint first_row, uint first_output, uint lane, uint group,
                      threadgroup float* parts) {
  const uint split = group % shape.splits;
  const uint output = group / shape.splits * kOutputs;
  LaneSums<Rows> sums;
#pragma unroll
  for (uint i = 0; i < Rows * kOutputs; ++i) sums.products[i] = 0.0f;
#pragma unroll
  for (uint b = 0; b < Rows; ++b) sums.squares[b] = 0.0f;
  sum_columns<W, Rows>(in, shape, first_row, first_output + output, split, lane,
                       sums);
  const float product = sum_lanes<Rows * kOutputs>(sums.products, lane);
  const float square = sum_lanes<Rows>(sums.squares, lane);

  const uint lanes = 32 / (Rows * kOutputs);  // that have the same product
  const uint row = lane / (32 / Rows);
  if (lane % lanes == 0) {
    const uint at = (split * Rows + row) * outputs_per_group(shape);
    parts[at + output + lane / lanes % kOutputs] = product;
  }
  if (output == 0 && lane % (32 / Rows) == 0) {
    parts[kSquares + split * Rows + row] = square;
  }
}

// The sum for one of `parts`' rows and outputs, times the norm's scale, plus
// the bias.
template <uint Rows>
inline float sum_of_parts(threadgroup const float* parts,
                          constant GemvShape& shape, uint row, uint output,
                          float bias) {
  const uint outputs = outputs_per_group(shape);
  threadgroup const float* squares = parts + kSquares + row;
  parts += row * outputs + output;
  float sum = parts[0], square = squares[0];
  for (uint i = 1; i < shape.splits; ++i) {
    sum += parts[i * Rows * outputs];
    square += squares[i * Rows];
  }
  if (!shape.has_norm) return sum + bias;
  return fma(sum, 1.0f / sqrt(square / float(shape.inner) + shape.eps), bias);
}
