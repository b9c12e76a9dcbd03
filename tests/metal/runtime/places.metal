#include <metal_stdlib>
using namespace metal;

constant uint kBase [[function_constant(0)]];
constant bool kTwice [[function_constant(3)]];

// Every thread writes what it knows of its place, 24 numbers each.
kernel void places(device uint* out [[buffer(4)]],
                   uint3 grid [[thread_position_in_grid]],
                   uint3 group [[threadgroup_position_in_grid]],
                   uint3 inside [[thread_position_in_threadgroup]],
                   uint3 size [[threads_per_threadgroup]],
                   uint3 groups [[threadgroups_per_grid]],
                   uint3 total [[threads_per_grid]],
                   uint index [[thread_index_in_threadgroup]],
                   uint lane [[thread_index_in_simdgroup]],
                   uint simdgroup [[simdgroup_index_in_threadgroup]],
                   uint width [[threads_per_simdgroup]],
                   uint simdgroups [[simdgroups_per_threadgroup]]) {
  device uint* row =
      out + 24 * (grid.x + total.x * (grid.y + total.y * grid.z));
  row[0] = grid.x;
  row[1] = grid.y;
  row[2] = grid.z;
  row[3] = group.x;
  row[4] = group.y;
  row[5] = group.z;
  row[6] = inside.x;
  row[7] = inside.y;
  row[8] = inside.z;
  row[9] = size.x;
  row[10] = size.y;
  row[11] = size.z;
  row[12] = groups.x;
  row[13] = groups.y;
  row[14] = groups.z;
  row[15] = total.x;
  row[16] = total.y;
  row[17] = total.z;
  row[18] = index;
  row[19] = lane;
  row[20] = simdgroup;
  row[21] = width;
  row[22] = simdgroups;
  row[23] = 0;
}

kernel void constants(device uint* out [[buffer(0)]],
                      uint i [[thread_position_in_grid]]) {
  uint value = is_function_constant_defined(kBase) ? kBase : 1000;
  if (kTwice) value *= 2;
  out[i] = value + i;
}

// Reverses each threadgroup's numbers through memory of both kinds.
template <typename T>
kernel void reverse(device T* x [[buffer(0)]],
                    threadgroup T* given [[threadgroup(1)]],
                    uint i [[thread_position_in_grid]],
                    uint at [[thread_index_in_threadgroup]],
                    uint size [[threads_per_threadgroup]]) {
  threadgroup T own[64];
  threadgroup float3 unused[2];
  given[at] = x[i];
  threadgroup_barrier(mem_flags::mem_threadgroup);
  own[at] = given[size - 1 - at];
  if (at < 2) unused[at] = float3(1.0f, 2.0f, 3.0f);
  threadgroup_barrier(mem_flags::mem_threadgroup);
  x[i] = own[at] + T(unused[at % 2].y - 2.0f);
}
template [[host_name("reverse_float")]] kernel void reverse<float>(
    device float*, threadgroup float*, uint, uint, uint);
template [[host_name("reverse_half")]] kernel void reverse<half>(
    device half*, threadgroup half*, uint, uint, uint);

kernel void count_all(device atomic_uint* sums [[buffer(0)]],
                      device atomic_int* extremes [[buffer(1)]],
                      uint i [[thread_position_in_grid]],
                      uint at [[thread_index_in_threadgroup]],
                      uint size [[threads_per_threadgroup]]) {
  threadgroup atomic_uint local;
  if (at == 0) atomic_store_explicit(&local, 0, memory_order_relaxed);
  threadgroup_barrier(mem_flags::mem_threadgroup);
  atomic_fetch_add_explicit(&local, i, memory_order_relaxed);
  threadgroup_barrier(mem_flags::mem_threadgroup);
  if (at == size - 1) {
    atomic_fetch_add_explicit(
        &sums[0], atomic_load_explicit(&local, memory_order_relaxed),
        memory_order_relaxed);
  }
  atomic_fetch_or_explicit(&sums[1], 1u << (i % 32), memory_order_relaxed);
  atomic_fetch_xor_explicit(&sums[2], i, memory_order_relaxed);
  atomic_fetch_max_explicit(&extremes[0], int(i * 7919 % 1001) - 500,
                            memory_order_relaxed);
  atomic_fetch_min_explicit(&extremes[1], int(i * 7919 % 1001) - 500,
                            memory_order_relaxed);
  int seen = atomic_load_explicit(&extremes[2], memory_order_relaxed);
  while (!atomic_compare_exchange_weak_explicit(&extremes[2], &seen, seen + 2,
                                                memory_order_relaxed,
                                                memory_order_relaxed)) {
  }
}
