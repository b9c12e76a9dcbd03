// The pieces of matrices that gemm.metal brings into threadgroup memory.
#pragma once
#include <metal_stdlib>
using namespace metal;

#include "quant_weights.h"
#include "vectors.h"

constant uint kThreads = 128;  // 2 by 2 SIMD-groups
constant uint kDepth = 16;     // what is staged of the sum at a time
constant uint kPad = 4;        // keeps rows of a piece in different banks

// A Rows × Cols piece of a matrix, as f32, with zeros where the matrix ends.
template <uint Rows, uint Cols, typename T>
inline void stage(device const T* from, uint stride, uint rows_left,
                  uint cols_left, bool aligned, uint index,
                  threadgroup float* piece) {
  const uint fours = Cols / 4;
  for (uint i = index; i < Rows * fours; i += kThreads) {
    const uint row = i / fours, col = i % fours * 4;
    float4 values = float4(0.0f);
    if (row < rows_left && col < cols_left) {
      device const T* at = from + ulong(row) * stride + col;
      if (aligned && col + 4 <= cols_left) {
        values = load4(at);
      } else {
        for (uint j = 0; j < min(4u, cols_left - col); ++j) {
          values[j] = widen(at[j]);
        }
      }
    }
    *reinterpret_cast<threadgroup float4*>(piece + row * (Cols + kPad) + col) =
        values;
  }
}

// What `Side` rows (or columns) of out need of a matrix at depth k. Each has
// a row of the matrix; if Across, a column.
template <uint Side, bool Across, typename T>
inline void stage_operand(device const T* from, uint stride, uint first,
                          uint count, uint k, uint end, bool aligned,
                          uint index, threadgroup float* piece) {
  if (Across) {
    stage<kDepth, Side>(from + ulong(k) * stride + first, stride, end - k,
                        count - first, aligned, index, piece);
  } else {
    stage<Side, kDepth>(from + ulong(first) * stride + k, stride, count - first,
                        end - k, aligned, index, piece);
  }
}

// The same of a quantised matrix: `stride` counts the tiles of a panel. What
// fills up its last tile is 0.
template <uint Side, typename Q>
inline void stage_quantised(device const Q* from, uint tiles, uint first,
                            uint count, uint k, uint index,
                            threadgroup float* piece) {
  const uint fours = kDepth / 4;
  for (uint i = index; i < Side * fours; i += kThreads) {
    const uint row = i / fours, col = i % fours * 4;
    const float4 values = first + row < count
                              ? weights_at(from, tiles, first + row, k + col)
                              : float4(0.0f);
    *reinterpret_cast<threadgroup float4*>(piece + row * (kDepth + kPad) +
                                           col) = values;
  }
}
template <uint Side, bool Across>
inline void stage_operand(device const Q8* from, uint stride, uint first,
                          uint count, uint k, uint, bool, uint index,
                          threadgroup float* piece) {
  static_assert(!Across, "weights are stored output by output");
  stage_quantised<Side>(from, stride, first, count, k, index, piece);
}
template <uint Side, bool Across>
inline void stage_operand(device const Q4* from, uint stride, uint first,
                          uint count, uint k, uint, bool, uint index,
                          threadgroup float* piece) {
  static_assert(!Across, "weights are stored output by output");
  stage_quantised<Side>(from, stride, first, count, k, index, piece);
}
