#include <metal_stdlib>
using namespace metal;

#include "gemm.h"
#include "gemm_pieces.h"

// The 8 × 8 matrix at (at, k) of an operand's piece, as (side, depth) or, if
// Turned, (depth, side).
template <uint Side, bool Across, bool Turned>
inline void load_matrix(threadgroup const float* piece, uint at, uint k,
                        thread simdgroup_float8x8& matrix) {
  const uint stride = (Across ? Side : kDepth) + kPad;
  const uint offset = Across ? k * stride + at : at * stride + k;
  simdgroup_load(matrix, piece + offset, stride, ulong2(0, 0),
                 Across != Turned);
}

// What a SIMD-group sums up: a square of matrices.
template <uint Matrices>
struct Sums {
  simdgroup_float8x8 at[Matrices][Matrices];
};

template <uint Matrices>
inline void clear(thread Sums<Matrices>& sums) {
#pragma unroll
  for (uint i = 0; i < Matrices; ++i) {
#pragma unroll
    for (uint j = 0; j < Matrices; ++j) {
      sums.at[i][j] = make_filled_simdgroup_matrix<float, 8>(0.0f);
    }
  }
}

// sums += the pieces' rows from `row` on times their columns from `col` on
template <uint Tile, bool AcrossA, bool AcrossB, uint Matrices>
inline void multiply(threadgroup const float* a, threadgroup const float* b,
                     uint row, uint col, thread Sums<Matrices>& sums) {
#pragma unroll
  for (uint k = 0; k < kDepth; k += 8) {
    simdgroup_float8x8 left[Matrices], right[Matrices];
#pragma unroll
    for (uint i = 0; i < Matrices; ++i) {
      load_matrix<Tile, AcrossA, false>(a, row + 8 * i, k, left[i]);
      load_matrix<Tile, AcrossB, true>(b, col + 8 * i, k, right[i]);
    }
#pragma unroll
    for (uint i = 0; i < Matrices; ++i) {
#pragma unroll
      for (uint j = 0; j < Matrices; ++j) {
        simdgroup_multiply_accumulate(sums.at[i][j], left[i], right[j],
                                      sums.at[i][j]);
      }
    }
  }
}

inline void finish(float value, uint row, uint col, constant GemmShape& shape,
                   device const float* bias, device float* out) {
  if (row >= shape.rows || col >= shape.cols) return;
  device float* place = out + ulong(row) * shape.out_stride + col;
  if (shape.has_bias) value += bias[col];
  *place = shape.accumulate ? *place + value : value;
}

// Eight rows at a time through threadgroup memory, where every lane can reach
// any element. (row, col): where in out the sums begin.
template <uint Matrices>
inline void write_out(thread Sums<Matrices>& sums, uint row, uint col,
                      constant GemmShape& shape, device const float* bias,
                      device float* out, uint lane, threadgroup float* strip) {
  const uint side = 8 * Matrices;
#pragma unroll
  for (uint i = 0; i < Matrices; ++i) {
#pragma unroll
    for (uint j = 0; j < Matrices; ++j) {
      simdgroup_store(sums.at[i][j], strip + 8 * j, side);
    }
    simdgroup_barrier(mem_flags::mem_threadgroup);
    for (uint at = lane; at < 8 * side; at += 32) {
      finish(strip[at], row + 8 * i + at / side, col + at % side, shape, bias,
             out);
    }
    simdgroup_barrier(mem_flags::mem_threadgroup);
  }
}

// out (+)= A B + bias, one Tile × Tile part of it per threadgroup, for one
// split of the sum; grid (rows, columns, splits). Which numbers are added in
// which order does not depend on where the tiles lie.
template <typename W, bool ATransposed, bool BTransposed, uint Tile>
[[max_total_threads_per_threadgroup(128)]] kernel void gemm(
    device const float* a [[buffer(0)]], device const W* b [[buffer(1)]],
    device const float* bias [[buffer(2)]], device float* out [[buffer(3)]],
    constant GemmShape& shape [[buffer(4)]],
    uint3 tile [[threadgroup_position_in_grid]],
    uint index [[thread_index_in_threadgroup]],
    uint lane [[thread_index_in_simdgroup]],
    uint group [[simdgroup_index_in_threadgroup]]) {
  threadgroup float4 memory[640];  // two pieces of the largest tile
  threadgroup float* a_piece = reinterpret_cast<threadgroup float*>(memory);
  threadgroup float* b_piece = a_piece + 1280;
  const uint side = Tile / 2;
  const uint tile_row = tile.x * Tile, tile_col = tile.y * Tile;
  const uint row = group / 2 * side, col = group % 2 * side;

  Sums<Tile / 16> sums;
  clear(sums);
  const uint begin = tile.z * shape.depth;
  const uint end = min(shape.inner, begin + shape.depth);
  for (uint k = begin; k < end; k += kDepth) {
    stage_operand<Tile, ATransposed>(a, shape.a_stride, tile_row, shape.rows, k,
                                     end, shape.a_aligned, index, a_piece);
    stage_operand<Tile, !BTransposed>(b, shape.b_stride, tile_col, shape.cols,
                                      k, end, shape.b_aligned, index, b_piece);
    threadgroup_barrier(mem_flags::mem_threadgroup);
    multiply<Tile, ATransposed, !BTransposed>(a_piece, b_piece, row, col, sums);
    threadgroup_barrier(mem_flags::mem_threadgroup);
  }
  write_out(sums, tile_row + row, tile_col + col, shape, bias,
            out + ulong(tile.z) * shape.rows * shape.out_stride, lane,
            a_piece + group * 8 * side);
}

// out (+)= Σ of the splits + bias; grid (rows · columns)
kernel void gemm_sum(device const float* splits [[buffer(0)]],
                     device const float* bias [[buffer(1)]],
                     device float* out [[buffer(2)]],
                     constant GemmSumShape& shape [[buffer(3)]],
                     uint at [[thread_position_in_grid]]) {
  const uint size = shape.rows * shape.cols;
  if (at >= size) return;
  const uint row = at / shape.cols, col = at % shape.cols;
  float sum = splits[at];
  for (uint i = 1; i < shape.splits; ++i) sum += splits[ulong(i) * size + at];
  if (shape.has_bias) sum += bias[col];
  device float* place = out + ulong(row) * shape.out_stride + col;
  *place = shape.accumulate ? *place + sum : sum;
}

template
    [[host_name("gemm_64_f32")]] kernel decltype(gemm<float, false, true, 64>)
        gemm<float, false, true, 64>;
template
    [[host_name("gemm_64_f16")]] kernel decltype(gemm<half, false, true, 64>)
        gemm<half, false, true, 64>;
template
    [[host_name("gemm_64_bf16")]] kernel decltype(gemm<bf16, false, true, 64>)
        gemm<bf16, false, true, 64>;
template
    [[host_name("gemm_32_f32")]] kernel decltype(gemm<float, false, true, 32>)
        gemm<float, false, true, 32>;
template
    [[host_name("gemm_32_f16")]] kernel decltype(gemm<half, false, true, 32>)
        gemm<half, false, true, 32>;
template
    [[host_name("gemm_32_bf16")]] kernel decltype(gemm<bf16, false, true, 32>)
        gemm<bf16, false, true, 32>;
template [[host_name("gemm_64_q8")]] kernel decltype(gemm<Q8, false, true, 64>)
    gemm<Q8, false, true, 64>;
template [[host_name("gemm_64_q4")]] kernel decltype(gemm<Q4, false, true, 64>)
    gemm<Q4, false, true, 64>;
template [[host_name("gemm_32_q8")]] kernel decltype(gemm<Q8, false, true, 32>)
    gemm<Q8, false, true, 32>;
template [[host_name("gemm_32_q4")]] kernel decltype(gemm<Q4, false, true, 32>)
    gemm<Q4, false, true, 32>;

template [[host_name(
    "gemm_plain_64")]] kernel decltype(gemm<float, false, false, 64>)
    gemm<float, false, false, 64>;
template [[host_name(
    "gemm_plain_32")]] kernel decltype(gemm<float, false, false, 32>)
    gemm<float, false, false, 32>;
template [[host_name(
    "gemm_turned_64")]] kernel decltype(gemm<float, true, false, 64>)
    gemm<float, true, false, 64>;
template [[host_name(
    "gemm_turned_32")]] kernel decltype(gemm<float, true, false, 32>)
    gemm<float, true, false, 32>;
