#include <metal_stdlib>
using namespace metal;

#include "arrays.h"
#include "quant_weights.h"
#include "vectors.h"

kernel void zero(device float* out [[buffer(0)]],
                 constant ArrayArgs& args [[buffer(1)]],
                 uint i [[thread_position_in_grid]]) {
  if (i < args.count) out[i] = 0.0f;
}

kernel void copy(device const float* from [[buffer(0)]],
                 device float* to [[buffer(1)]],
                 constant ArrayArgs& args [[buffer(2)]],
                 uint i [[thread_position_in_grid]]) {
  if (i < args.count) to[i] = from[i];
}

// out[l] = table[ids[l]]; grid (columns, rows)
template <typename W>
kernel void embedding(device const uint* ids [[buffer(0)]],
                      device const W* table [[buffer(1)]],
                      device float* out [[buffer(2)]],
                      constant EmbeddingArgs& args [[buffer(3)]],
                      uint2 at [[thread_position_in_grid]]) {
  if (at.x >= args.cols || at.y >= args.rows) return;
  const ulong row = ids[at.y];
  out[at.y * args.cols + at.x] = widen(table[row * args.cols + at.x]);
}

// The same of a quantised table.
template <typename Q>
kernel void quant_embedding(device const uint* ids [[buffer(0)]],
                            device const Q* table [[buffer(1)]],
                            device float* out [[buffer(2)]],
                            constant EmbeddingArgs& args [[buffer(3)]],
                            uint2 at [[thread_position_in_grid]]) {
  if (at.x >= args.cols || at.y >= args.rows) return;
  const float4 four =
      weights_at(table, tiles_of(args.cols), ids[at.y], at.x / 4 * 4);
  const float2 two = at.x % 4 < 2 ? four.xy : four.zw;
  out[at.y * args.cols + at.x] = at.x % 2 == 0 ? two.x : two.y;
}

template [[host_name(
    "embedding_f32")]] kernel decltype(embedding<float>) embedding<float>;
template [[host_name(
    "embedding_f16")]] kernel decltype(embedding<half>) embedding<half>;
template [[host_name(
    "embedding_bf16")]] kernel decltype(embedding<bf16>) embedding<bf16>;
template [[host_name(
    "embedding_q8")]] kernel decltype(quant_embedding<Q8>) quant_embedding<Q8>;
template [[host_name(
    "embedding_q4")]] kernel decltype(quant_embedding<Q4>) quant_embedding<Q4>;
