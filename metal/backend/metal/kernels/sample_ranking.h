// How a threadgroup sums over a row of logits, and finds places in it. Every
// sum has an order that the sizes alone decide.
#pragma once
#include <metal_stdlib>
using namespace metal;

constant uint kSimdgroups = 32;
constant uint kThreads = 32 * kSimdgroups;
// A key is looked at four bits at a time, from the top.
constant uint kDigitBits = 4;
constant uint kDigits = 16;

// A row of logits, and the thread's place among those that work on it.
struct Row {
  device const float* logits;
  uint count;
  uint at, lane, simdgroup;
  threadgroup float* sums;   // (kSimdgroups, kDigits)
  threadgroup float* total;  // (kDigits)
  threadgroup uint* words;   // (kSimdgroups)
};

// Bits that have the order of the logits; no NaN. -0 and 0 are one number.
inline uint order_key(float logit) {
  const uint bits = logit == 0.0f ? 0u : as_type<uint>(logit);
  return (bits & 0x80000000u) != 0 ? ~bits : bits | 0x80000000u;
}

inline float key_logit(uint key) {
  return as_type<float>((key & 0x80000000u) != 0 ? key & 0x7fffffffu : ~key);
}

// The tokens by logit, then by id, down to (key, last_id). A token's weight is
// exp((logit - most) / temperature); lighter ones than `least` are out, too.
struct Ranking {
  uint key;
  uint last_id;
  float most;
  float temperature;
  float least;
};

// What is summed: tokens, their weights, or tokens with the last key.
constant uint kTokens = 0;
constant uint kWeights = 1;
constant uint kTies = 2;

inline float weight_of(float logit, Ranking ranking) {
  return exp((logit - ranking.most) / ranking.temperature);
}

// 0 for what is out.
inline float measure(Row row, Ranking ranking, uint kind, uint id) {
  const float logit = row.logits[id];
  const uint key = order_key(logit);
  if (key < ranking.key || (key == ranking.key && id > ranking.last_id)) {
    return 0.0f;
  }
  if (kind == kTokens) return 1.0f;
  if (kind == kTies) return key == ranking.key ? 1.0f : 0.0f;
  const float weight = weight_of(logit, ranking);
  return weight < ranking.least ? 0.0f : weight;
}

// Of all threads' values, for all threads.
inline float sum_of_all(float value, Row row) {
  value = simd_sum(value);
  if (row.lane == 0) row.sums[row.simdgroup] = value;
  threadgroup_barrier(mem_flags::mem_threadgroup);
  float sum = 0.0f;
  for (uint i = 0; i < kSimdgroups; ++i) sum += row.sums[i];
  threadgroup_barrier(mem_flags::mem_threadgroup);
  return sum;
}

inline uint max_of_all(uint value, Row row) {
  value = simd_max(value);
  if (row.lane == 0) row.words[row.simdgroup] = value;
  threadgroup_barrier(mem_flags::mem_threadgroup);
  uint most = 0;
  for (uint i = 0; i < kSimdgroups; ++i) most = max(most, row.words[i]);
  threadgroup_barrier(mem_flags::mem_threadgroup);
  return most;
}

inline float sum_of_row(Row row, Ranking ranking, uint kind) {
  float sum = 0.0f;
  for (uint i = row.at; i < row.count; i += kThreads) {
    sum += measure(row, ranking, kind, i);
  }
  return sum_of_all(sum, row);
}

// In the order of ids: the first token at which the sum is above `rest`; the
// last one that counts, if rounding leaves none.
inline uint find_in_row(Row row, Ranking ranking, uint kind, float rest) {
  const uint block = (row.count + kThreads - 1) / kThreads * 32;
  const uint begin = min(row.simdgroup * block, row.count);
  const uint end = min(begin + block, row.count);
  float sum = 0.0f;
  for (uint i = begin + row.lane; i < end; i += 32) {
    sum += measure(row, ranking, kind, i);
  }
  sum = simd_sum(sum);
  if (row.lane == 0) row.sums[row.simdgroup] = sum;
  threadgroup_barrier(mem_flags::mem_threadgroup);
  uint chosen = 0;
  bool found = false;
  for (uint i = 0; i < kSimdgroups && !found; ++i) {
    const float part = row.sums[i];
    if (part <= 0.0f) continue;
    chosen = i;
    found = part > rest;
    if (!found) rest -= part;
  }
  if (!found) rest = INFINITY;
  if (row.simdgroup == chosen) {
    float before = 0.0f;
    uint id = 0;
    for (uint i = begin; i < end; i += 32) {
      const uint own = i + row.lane;
      const float value = own < end ? measure(row, ranking, kind, own) : 0.0f;
      const float sum_here = before + simd_prefix_inclusive_sum(value);
      const bool counts = value > 0.0f;
      const uint first =
          simd_min(counts && sum_here > rest ? own : 0xffffffffu);
      id = max(id, simd_max(counts ? own : 0u));
      if (first != 0xffffffffu) {
        id = first;
        break;
      }
      before = simd_broadcast(sum_here, 31);
    }
    if (row.lane == 0) row.words[0] = id;
  }
  threadgroup_barrier(mem_flags::mem_threadgroup);
  const uint id = row.words[0];
  threadgroup_barrier(mem_flags::mem_threadgroup);
  return id;
}

// Sums by the next digit of the keys that begin with `prefix`, into row.total.
// Returns a bit for each digit that occurs.
inline uint sum_digits(Row row, Ranking ranking, uint kind, uint prefix,
                       uint shift) {
  float sums[kDigits];
  for (uint d = 0; d < kDigits; ++d) sums[d] = 0.0f;
  uint occurs = 0;
  for (uint i = row.at; i < row.count; i += kThreads) {
    const uint digits = order_key(row.logits[i]) >> shift;
    if (digits >> kDigitBits != prefix) continue;
    const float value = measure(row, ranking, kind, i);
    if (value <= 0.0f) continue;
    const uint digit = digits & (kDigits - 1);
    for (uint d = 0; d < kDigits; ++d) sums[d] += d == digit ? value : 0.0f;
    occurs |= 1u << digit;
  }
  occurs = simd_or(occurs);
  for (uint d = 0; d < kDigits; ++d) {
    const bool some = (occurs >> d & 1u) != 0;
    const float sum = some ? simd_sum(sums[d]) : 0.0f;
    if (row.lane == 0) row.sums[row.simdgroup * kDigits + d] = sum;
  }
  if (row.lane == 0) row.words[row.simdgroup] = occurs;
  threadgroup_barrier(mem_flags::mem_threadgroup);
  if (row.at < kDigits) {
    float sum = 0.0f;
    for (uint i = 0; i < kSimdgroups; ++i) {
      sum += row.sums[i * kDigits + row.at];
    }
    row.total[row.at] = sum;
  }
  occurs = 0;
  for (uint i = 0; i < kSimdgroups; ++i) occurs |= row.words[i];
  threadgroup_barrier(mem_flags::mem_threadgroup);
  return occurs;
}

// The fewest of the ranking's first tokens whose sum is at least `goal`; at
// least one. Walks down the digits to the one where the goal is reached, then
// looks at the next digit of the keys that have it.
inline Ranking first_of(Row row, Ranking ranking, uint kind, float goal) {
  uint prefix = 0;
  float reached = 0.0f;
  for (uint shift = 32; shift > 0;) {
    shift -= kDigitBits;
    const uint occurs = sum_digits(row, ranking, kind, prefix, shift);
    const uint lowest = ctz(occurs);
    uint digit = kDigits - 1;
    while (digit > lowest && reached + row.total[digit] < goal) {
      reached += row.total[digit];
      --digit;
    }
    prefix = prefix << kDigitBits | digit;
    threadgroup_barrier(mem_flags::mem_threadgroup);
  }
  // Equal logits have equal weights.
  const float each =
      kind == kTokens ? 1.0f : weight_of(key_logit(prefix), ranking);
  const float wanted = each > 0.0f ? ceil((goal - reached) / each) : 1.0f;
  // The last id was that of the last key.
  if (prefix != ranking.key) ranking.last_id = 0xffffffffu;
  ranking.key = prefix;
  ranking.last_id = find_in_row(row, ranking, kTies, max(wanted, 1.0f) - 0.5f);
  return ranking;
}
