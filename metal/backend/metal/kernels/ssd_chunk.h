// What the rows of a chunk are to one another. With a_l = dt_l A, sums of a up
// to and with row i are kept in two floats each, so that differences of large
// sums are as good as sums of the few numbers between.
#pragma once
#include <metal_stdlib>
using namespace metal;

#include "ssd.h"

// A number of states or columns, up to whole columns of a threadgroup.
inline uint ssd_padded(uint count) {
  return (count + kSsdColumns - 1) / kSsdColumns * kSsdColumns;
}

// a + b, each the sum of its two numbers (Knuth's two-sum).
inline float2 add_pairs(float2 a, float2 b) {
  const float sum = a.x + b.x;
  const float of_b = sum - a.x;
  const float rest = (a.x - (sum - of_b)) + (b.x - of_b) + (a.y + b.y);
  const float whole = sum + rest;
  return float2(whole, rest - (whole - sum));
}

// The sums of the lanes up to and with this one.
inline float2 prefix_sums(float2 value, uint lane) {
  for (ushort i = 1; i < 32; i *= 2) {
    const float2 before = simd_shuffle_up(value, i);
    if (lane >= i) value = add_pairs(value, before);
  }
  return value;
}

// e^{later - earlier}, of sums up to two rows
inline float decay_between(float2 earlier, float2 later) {
  return exp(min((later.x - earlier.x) + (later.y - earlier.y), 0.0f));
}

// Of a head in a chunk; rows behind the sequence's end have dt = 0.
struct ChunkDecay {
  float delta[kSsdChunk];
  float2 sum[kSsdChunk];  // of a up to and with the row
};
