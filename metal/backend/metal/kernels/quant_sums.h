// Products of up to eight rows with a quantised weight, by a threadgroup of
// 256. All of it quantises some columns of the rows; then each SIMD-group takes
// a panel of 16 outputs, or shares it with others, a tile each. A lane has a
// row of one of a tile's blocks. Outputs that are not quantised have
// threadgroups of their own, which do as gemv_sums.h does. An output of a row
// is the same to the bit whatever the other rows are.
#pragma once
#include <metal_stdlib>
using namespace metal;

#include "gemv_sums.h"
#include "quant_activations.h"
#include "quant_weights.h"

constant uint kMostOutputs = 128;  // of a threadgroup

// How much of each row is quantised at a time: eight tiles, or of a single row
// four times as many.
template <uint Rows>
struct QuantPart {
  enum : uint {
    tiles = Rows == 1 ? 32 : 8,
    blocks = 2 * tiles,
    quads = 8 * blocks,
    columns = 4 * quads,
    // Numbers of QuantMemory's arrays; gemv_sums.h takes 320 parts.
    all_quads = Rows * quads,
    all_blocks = Rows * blocks,
    all_parts = Rows * 136 + 184,
  };
};

// Threadgroup memory.
struct QuantMemory {
  // [row][quad of the part], whole: up to 2048 a half is exact.
  threadgroup half4* numbers;
  threadgroup float* scales;  // [row][block of the part]
  // [split][row][output], then, behind those of the most outputs,
  // [row][SIMD-group] of the squares.
  threadgroup float* parts;
};

// What a threadgroup makes: outputs from `first` on, of the quantised ones or
// of the tail.
struct QuantGroup {
  uint first;
  uint outputs;
  bool tail;
};

inline QuantGroup quant_group(uint at, constant GemvShape& shape,
                              constant GemvShape& tail) {
  const uint outputs = kMostOutputs / shape.splits;
  const uint groups = (shape.outputs + outputs - 1) / outputs;
  if (at < groups) return {at * outputs, outputs, false};
  const uint others = outputs_per_group(tail);
  return {(at - groups) * others, others, true};
}

// Columns from `first` on of every row into the memory, a block at a time.
template <typename Q, uint Rows>
inline void quantise_part(GemvInputs<Q> in, constant GemvShape& shape,
                          uint first_row, uint first, uint lane, uint group,
                          QuantMemory memory, thread float* squares) {
  threadgroup half* numbers =
      reinterpret_cast<threadgroup half*>(memory.numbers);
  const uint end = tiles_of(shape.inner) * kTileColumns;
  for (uint block = group; block < QuantPart<Rows>::blocks; block += kGroups) {
    const uint column = first + block * kBlock + lane;
    if (first + block * kBlock >= end) return;
    const bool there = column < shape.inner;
    const float norm = shape.has_norm && there ? in.norm[column] : 1.0f;
#pragma unroll
    for (uint b = 0; b < Rows; ++b) {
      const uint row = min(first_row + b, shape.rows - 1);
      const ulong place = shape.has_which ? ulong(in.which[row]) : ulong(row);
      float value = there ? in.x[place * shape.x_stride + column] : 0.0f;
      if (shape.has_norm) {
        squares[b] = fma(value, value, squares[b]);
        value *= norm;
      }
      const QuantisedInput input =
          quantise(value, shape.rotated, shape.fine, lane);
      numbers[b * QuantPart<Rows>::columns + block * kBlock + lane] =
          half(input.number);
      if (lane == 0)
        memory.scales[b * QuantPart<Rows>::blocks + block] = input.scale;
    }
  }
}

// sums += what one tile of a panel gives; `tile` counts from the memory's
// first column. The sum of a block's whole numbers is exact.
template <typename Q, uint Rows>
inline void add_tile(device const Q* weight, uint tile, uint lane,
                     QuantMemory memory, thread float* sums) {
  const uint block = lane / kPanel, row = lane % kPanel;
  device const uint* words = words_of(weight, block, row);
  const float scale = scale_of(weight, block, row);
  const uint column = 2 * tile + block;  // a block's
  threadgroup const half4* x = memory.numbers + column * (kBlock / 4);
  float4 dots[Rows];
#pragma unroll
  for (uint b = 0; b < Rows; ++b) dots[b] = float4(0.0f);
#pragma unroll
  for (uint quad = 0; quad < kBlock / 4; ++quad) {
    const float4 w = quad_of(weight, words, quad);
#pragma unroll
    for (uint b = 0; b < Rows; ++b) {
      dots[b] = fma(w, float4(x[b * QuantPart<Rows>::quads + quad]), dots[b]);
    }
  }
#pragma unroll
  for (uint b = 0; b < Rows; ++b) {
    const float dot = dots[b].x + dots[b].y + (dots[b].z + dots[b].w);
    sums[b] =
        fma(dot, memory.scales[b * QuantPart<Rows>::blocks + column] * scale,
            sums[b]);
  }
}

// Leaves the splits' parts of quantised outputs in the memory.
template <typename Q, uint Rows>
inline void sum_quantised(GemvInputs<Q> in, constant GemvShape& shape,
                          uint first_row, uint first_output, uint lane,
                          uint group, QuantMemory memory) {
  const uint split = group % shape.splits;
  const uint output = group / shape.splits * kPanel;
  const uint tiles = tiles_of(shape.inner);
  float sums[Rows], squares[Rows];
#pragma unroll
  for (uint b = 0; b < Rows; ++b) sums[b] = squares[b] = 0.0f;
  for (uint first = 0; first < tiles; first += QuantPart<Rows>::tiles) {
    if (first > 0) threadgroup_barrier(mem_flags::mem_threadgroup);
    quantise_part<Q, Rows>(in, shape, first_row, first * kTileColumns, lane,
                           group, memory, squares);
    threadgroup_barrier(mem_flags::mem_threadgroup);
    // A panel that is not there is left out; its tiles, too.
    const uint left = first_output + output < shape.outputs ? tiles - first : 0;
    for (uint t = split; t < min(left, uint(QuantPart<Rows>::tiles));
         t += shape.splits) {
      add_tile<Q, Rows>(tile_at(in.weight, tiles,
                                (first_output + output) / kPanel, first + t),
                        t, lane, memory, sums);
    }
  }
  threadgroup float* parts = memory.parts + output;
#pragma unroll
  for (uint b = 0; b < Rows; ++b) {
    const float sum = sums[b] + simd_shuffle_xor(sums[b], ushort(kPanel));
    const uint at = (split * Rows + b) * (kMostOutputs / shape.splits);
    if (lane < kPanel) parts[at + lane] = sum;
    const float square = simd_sum(squares[b]);
    if (lane == 0) {
      memory.parts[Rows * kMostOutputs + b * kGroups + group] = square;
    }
  }
}

// Leaves in the memory what quant_value() needs, for every thread.
template <typename Q, uint Rows>
inline void sum_quant_group(GemvInputs<Q> in, constant GemvShape& shape,
                            constant GemvShape& tail, QuantGroup at,
                            uint first_row, uint lane, uint group,
                            QuantMemory memory) {
  if (at.tail) {
    const uint panels = (shape.outputs + kPanel - 1) / kPanel;
    device const Q* rows = tile_at(in.weight, tiles_of(shape.inner), panels, 0);
    GemvInputs<half> others = {in.x, reinterpret_cast<device const half*>(rows),
                               in.norm, in.which};
    sum_parts<half, Rows>(others, tail, first_row, at.first, lane, group,
                          memory.parts);
  } else {
    sum_quantised<Q, Rows>(in, shape, first_row, at.first, lane, group, memory);
  }
  threadgroup_barrier(mem_flags::mem_threadgroup);
}

// Where an output of a threadgroup is in the rows of the result; beyond their
// end if it is not there.
inline uint quant_output(constant GemvShape& shape, constant GemvShape& tail,
                         QuantGroup at, uint output) {
  const uint place = at.first + output;
  if (at.tail) return shape.outputs + place;
  return place < shape.outputs ? place : shape.outputs + tail.outputs;
}

// The sum for one row and output of a threadgroup, times the norm's scale,
// plus the bias.
template <uint Rows>
inline float quant_value(threadgroup const float* parts,
                         constant GemvShape& shape, constant GemvShape& tail,
                         QuantGroup at, uint row, uint output, float bias) {
  if (at.tail) return sum_of_parts<Rows>(parts, tail, row, output, bias);
  threadgroup const float* sums = parts + row * at.outputs + output;
  float sum = sums[0];
  for (uint i = 1; i < shape.splits; ++i) sum += sums[i * Rows * at.outputs];
  if (!shape.has_norm) return sum + bias;
  threadgroup const float* squares =
      parts + Rows * kMostOutputs + row * kGroups;
  float square = squares[0];
  for (uint i = 1; i < kGroups; ++i) square += squares[i];
  return fma(sum, 1.0f / sqrt(square / float(shape.inner) + shape.eps), bias);
}
