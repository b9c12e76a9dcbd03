#include <metal_stdlib>
using namespace metal;

#include "backward_embedding.h"

// d_table[ids[g]] += Σ of d_out[rows[i]], i from starts[g] to starts[g + 1] in
// order; grid (columns, ids)
kernel void backward_embedding(device const uint* ids [[buffer(0)]],
                               device const uint* starts [[buffer(1)]],
                               device const uint* rows [[buffer(2)]],
                               device const float* d_out [[buffer(3)]],
                               device float* d_table [[buffer(4)]],
                               constant BackwardEmbeddingArgs& args
                               [[buffer(5)]],
                               uint2 at [[thread_position_in_grid]]) {
  if (at.x >= args.cols) return;
  float sum = 0.0f;
  for (uint i = starts[at.y]; i < starts[at.y + 1]; ++i) {
    sum += d_out[ulong(rows[i]) * args.cols + at.x];
  }
  d_table[ulong(ids[at.y]) * args.cols + at.x] += sum;
}
