#include <metal_stdlib>
using namespace metal;

struct Pair {
  float a;
  float b;
  float sum() const { return a + b; }
};
struct Nested {
  Pair pairs[2];
  uint4 counts;
};
template <typename T>
struct Block {
  T scale;
  char values[32];
};

constant Pair table[2] = {{1, 2}, {3, 4}};

Pair swapped(Pair p) { return {p.b, p.a}; }
void clear(thread Pair& p) { p = {0, 0}; }

// Structures are copied between all kinds of memory.
kernel void k(device Pair* x [[buffer(0)]], constant Nested& n [[buffer(1)]],
              device const Block<half>* blocks [[buffer(2)]],
              uint i [[thread_position_in_grid]]) {
  threadgroup Pair shared[32];
  const Pair mine = n.pairs[0];
  Nested copy = n;
  shared[i % 32] = x[i];
  threadgroup_barrier(mem_flags::mem_threadgroup);
  Pair other = shared[31 - i % 32];
  const Block<half> block = blocks[i];
  x[i] = swapped(other);
  device Pair& here = x[i + 1];
  here = table[1];
  here.a = mine.sum() + copy.pairs[1].sum() + float(block.scale);
  if (copy.counts.x > 3) clear(other);
  x[i + 2] = other;
}
