#include <metal_stdlib>
using namespace metal;

#include "sample.h"
#include "sample_ranking.h"

constant uint kLowestKey = 0x007fffffu;  // of -infinity
constant uint kBadKey = 0xffffffffu;

// The highest key of the row's tokens; kBadKey for a NaN or +infinity anywhere.
inline uint highest_key(Row row, uint stride) {
  uint most = 0;
  for (uint i = row.at; i < stride; i += kThreads) {
    const float logit = row.logits[i];
    if (!(logit < INFINITY)) most = kBadKey;
    if (i < row.count) most = max(most, order_key(logit));
  }
  return max_of_all(most, row);
}

inline uint first_with_key(Row row, uint key) {
  uint inverse = 0;
  for (uint i = row.at; i < row.count; i += kThreads) {
    if (order_key(row.logits[i]) == key) inverse = max(inverse, ~i);
  }
  return ~max_of_all(inverse, row);
}

// The order of the steps is that of DrawOptions.
inline uint draw(Row row, SampleRow options, float most) {
  Ranking ranking;
  ranking.key = 0;
  ranking.last_id = 0xffffffffu;
  ranking.most = most;
  ranking.temperature = options.temperature;
  ranking.least = 0.0f;
  if (options.top_k > 0 && options.top_k < options.count) {
    ranking = first_of(row, ranking, kTokens, float(options.top_k));
  }
  if (options.top_p < 1.0f) {
    const float sum = sum_of_row(row, ranking, kWeights);
    ranking = first_of(row, ranking, kWeights, options.top_p * sum);
  }
  // The highest weight is exp(0) = 1.
  ranking.least = options.min_p;
  const float sum = sum_of_row(row, ranking, kWeights);
  return find_in_row(row, ranking, kWeights, options.place * sum);
}

// Draws each row's token: one threadgroup per row.
[[max_total_threads_per_threadgroup(1024)]] kernel void sample_rows(
    device const float* logits [[buffer(0)]], device uint* ids [[buffer(1)]],
    device float* logprobs [[buffer(2)]],
    constant SampleRow* rows [[buffer(3)]],
    constant SampleRowsArgs& args [[buffer(4)]],
    uint index [[threadgroup_position_in_grid]],
    uint at [[thread_index_in_threadgroup]],
    uint lane [[thread_index_in_simdgroup]],
    uint simdgroup [[simdgroup_index_in_threadgroup]]) {
  threadgroup float sums[kSimdgroups * kDigits];
  threadgroup float total[kDigits];
  threadgroup uint words[kSimdgroups];
  const SampleRow options = rows[index];
  Row row;
  row.logits = logits + ulong(index) * args.stride;
  row.count = options.count;
  row.at = at;
  row.lane = lane;
  row.simdgroup = simdgroup;
  row.sums = sums;
  row.total = total;
  row.words = words;

  const uint highest = highest_key(row, args.stride);
  if (highest == kBadKey || highest <= kLowestKey) {
    if (at == 0) {
      ids[index] = 0;
      logprobs[index] = NAN;
    }
    return;
  }
  const float most = key_logit(highest);
  float sum = 0.0f;
  for (uint i = at; i < row.count; i += kThreads) {
    sum += exp(row.logits[i] - most);
  }
  sum = sum_of_all(sum, row);
  const uint id = options.temperature == 0.0f ? first_with_key(row, highest)
                                              : draw(row, options, most);
  if (at == 0) {
    ids[index] = id;
    logprobs[index] = (row.logits[id] - most) - log(sum);
  }
}
