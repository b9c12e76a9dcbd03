// Every fault beside the same kernel without it. The lines that take part in
// the fault say so.
#include <metal_stdlib>
using namespace metal;

// Each thread takes its neighbour's number, through threadgroup memory.
kernel void shared_race(device float* x [[buffer(0)]],
                        uint at [[thread_index_in_threadgroup]]) {
  threadgroup float part[64];
  part[at] = x[at];             // FAULT
  x[at] = part[(at + 1) % 64];  // FAULT
}
kernel void shared_right(device float* x [[buffer(0)]],
                         uint at [[thread_index_in_threadgroup]]) {
  threadgroup float part[64];
  part[at] = x[at];
  threadgroup_barrier(mem_flags::mem_threadgroup);
  x[at] = part[(at + 1) % 64];
}

// The second round overwrites what the first round's readers still read.
kernel void loop_race(device float* x [[buffer(0)]],
                      uint at [[thread_index_in_threadgroup]]) {
  threadgroup float part[64];
  for (uint k = 0; k < 2; ++k) {
    part[at] = x[at];  // FAULT
    threadgroup_barrier(mem_flags::mem_threadgroup);
    x[at] = part[(at + 1) % 64];  // FAULT
  }
}
kernel void loop_right(device float* x [[buffer(0)]],
                       uint at [[thread_index_in_threadgroup]]) {
  threadgroup float part[64];
  for (uint k = 0; k < 2; ++k) {
    part[at] = x[at];
    threadgroup_barrier(mem_flags::mem_threadgroup);
    x[at] = part[(at + 1) % 64];
    threadgroup_barrier(mem_flags::mem_threadgroup);
  }
}

// A SIMD-group orders its own lanes only.
kernel void simd_race(device float* x [[buffer(0)]],
                      uint at [[thread_index_in_threadgroup]]) {
  threadgroup float part[64];
  part[at] = x[at];  // FAULT
  simdgroup_barrier(mem_flags::mem_threadgroup);
  x[at] = part[(at + 32) % 64];  // FAULT
}
kernel void simd_right(device float* x [[buffer(0)]],
                       uint at [[thread_index_in_threadgroup]]) {
  threadgroup float part[64];
  part[at] = x[at];
  simdgroup_barrier(mem_flags::mem_threadgroup);
  x[at] = part[at ^ 5];
}

// Threadgroups have no order.
kernel void device_race(device float* x [[buffer(0)]],
                        uint i [[thread_position_in_grid]]) {
  x[i] = x[(i + 64) % 128];  // FAULT
}
kernel void device_right(device float* x [[buffer(0)]],
                         uint i [[thread_position_in_grid]]) {
  x[i] = x[i] + 64.0f;
}

kernel void half_race(device half* x [[buffer(0)]],
                      uint i [[thread_position_in_grid]]) {
  x[i / 2 * 2] = half(i);  // FAULT
}
kernel void half_right(device half* x [[buffer(0)]],
                       uint i [[thread_position_in_grid]]) {
  x[i] = half(i);
}

kernel void order_fault(device float* x [[buffer(0)]],
                        uint at [[thread_index_in_threadgroup]]) {
  x[at] = x[at] + 1.0f;  // FAULT
  threadgroup_barrier(mem_flags::mem_threadgroup);
  const float next = x[(at + 1) % 64];  // FAULT
  threadgroup_barrier(mem_flags::mem_device);
  x[at] = next;
}
kernel void order_right(device float* x [[buffer(0)]],
                        uint at [[thread_index_in_threadgroup]]) {
  x[at] = x[at] + 1.0f;
  threadgroup_barrier(mem_flags::mem_device);
  const float next = x[(at + 1) % 64];
  threadgroup_barrier(mem_flags::mem_device);
  x[at] = next;
}

kernel void overrun_fault(device float* x [[buffer(0)]],
                          constant uint& count [[buffer(1)]],
                          uint i [[thread_position_in_grid]]) {
  x[i] = 1.0f;  // FAULT
}
kernel void overrun_right(device float* x [[buffer(0)]],
                          constant uint& count [[buffer(1)]],
                          uint i [[thread_position_in_grid]]) {
  if (i < count) x[i] = 1.0f;
}

kernel void shared_overrun_fault(device float* x [[buffer(0)]],
                                 threadgroup float* given [[threadgroup(0)]],
                                 uint at [[thread_index_in_threadgroup]]) {
  given[at + 1] = x[at];  // FAULT
}
kernel void shared_overrun_right(device float* x [[buffer(0)]],
                                 threadgroup float* given [[threadgroup(0)]],
                                 uint at [[thread_index_in_threadgroup]]) {
  given[at] = x[at];
}

kernel void unwritten_fault(device float* x [[buffer(0)]],
                            uint at [[thread_index_in_threadgroup]]) {
  threadgroup float part[64];
  if (at > 0) part[at] = x[at];
  threadgroup_barrier(mem_flags::mem_threadgroup);
  x[at] = part[63 - at];  // FAULT
}
kernel void unwritten_right(device float* x [[buffer(0)]],
                            uint at [[thread_index_in_threadgroup]]) {
  threadgroup float part[64];
  part[at] = x[at];
  threadgroup_barrier(mem_flags::mem_threadgroup);
  x[at] = part[63 - at];
}

kernel void constant_fault(device const float* x [[buffer(0)]],
                           uint i [[thread_position_in_grid]]) {
  device float* out = (device float*)x;
  out[i] = 1.0f;  // FAULT
}
kernel void constant_right(device float* x [[buffer(0)]],
                           uint i [[thread_position_in_grid]]) {
  device float* out = x;
  out[i] = 1.0f;
}

kernel void barrier_fault(device float* x [[buffer(0)]],
                          uint at [[thread_index_in_threadgroup]]) {
  if (at < 40) threadgroup_barrier(mem_flags::mem_device);  // FAULT
  x[at] = 1.0f;
}
kernel void barrier_right(device float* x [[buffer(0)]],
                          uint at [[thread_index_in_threadgroup]]) {
  threadgroup_barrier(mem_flags::mem_device);
  if (at < 40) x[at] = 1.0f;
}

kernel void two_barriers_fault(device float* x [[buffer(0)]],
                               uint at [[thread_index_in_threadgroup]]) {
  if (at < 40) {
    threadgroup_barrier(mem_flags::mem_device);  // FAULT
    x[at] = 1.0f;
  } else {
    threadgroup_barrier(mem_flags::mem_device);  // FAULT
    x[at] = 2.0f;
  }
}
kernel void two_barriers_right(device float* x [[buffer(0)]],
                               uint at [[thread_index_in_threadgroup]]) {
  threadgroup_barrier(mem_flags::mem_device);
  x[at] = at < 40 ? 1.0f : 2.0f;
}

kernel void lanes_fault(device float* x [[buffer(0)]],
                        uint at [[thread_index_in_threadgroup]]) {
  if (at % 32 < 20) x[at] = simd_sum(x[at]);  // FAULT
}
kernel void lanes_right(device float* x [[buffer(0)]],
                        uint at [[thread_index_in_threadgroup]]) {
  const float sum = simd_sum(x[at]);
  if (at % 32 < 20) x[at] = sum;
}

kernel void returned_fault(device float* x [[buffer(0)]],
                           uint at [[thread_index_in_threadgroup]]) {
  if (at == 63) return;
  x[at] = 1.0f;
  threadgroup_barrier(mem_flags::mem_device);  // FAULT
}
kernel void returned_right(device float* x [[buffer(0)]],
                           uint at [[thread_index_in_threadgroup]]) {
  x[at] = 1.0f;
  threadgroup_barrier(mem_flags::mem_device);
  if (at == 63) return;
  x[at] = 2.0f;
}

kernel void two_functions_fault(device float* x [[buffer(0)]],
                                uint at [[thread_index_in_threadgroup]]) {
  if (at % 2 == 0) {
    x[at] = simd_max(x[at]);  // FAULT
  } else {
    x[at] = simd_min(x[at]);  // FAULT
  }
}
kernel void two_functions_right(device float* x [[buffer(0)]],
                                uint at [[thread_index_in_threadgroup]]) {
  const float most = simd_max(x[at]), least = simd_min(x[at]);
  x[at] = at % 2 == 0 ? most : least;
}

kernel void missing_lane_fault(device float* x [[buffer(0)]],
                               uint at [[thread_index_in_threadgroup]]) {
  x[at] = simd_shuffle(x[at], ushort(at % 32 + 1));  // FAULT
}
kernel void missing_lane_right(device float* x [[buffer(0)]],
                               uint at [[thread_index_in_threadgroup]]) {
  x[at] = simd_shuffle(x[at], ushort((at + 1) % 32));
}

kernel void misaligned_fault(device float* x [[buffer(0)]],
                             uint at [[thread_index_in_threadgroup]]) {
  device float4* four = (device float4*)(x + 1);
  if (at == 0) four[0] = float4(1.0f);  // FAULT
}
kernel void misaligned_right(device float* x [[buffer(0)]],
                             uint at [[thread_index_in_threadgroup]]) {
  device float4* four = (device float4*)(x + 4);
  if (at == 0) four[0] = float4(1.0f);
}

kernel void private_overrun_fault(device float* x [[buffer(0)]],
                                  uint at [[thread_index_in_threadgroup]]) {
  float own[4] = {0.0f, 1.0f, 2.0f, 3.0f};
  own[at % 5] = x[at];  // FAULT
  x[at] = own[at % 4];
}
kernel void private_overrun_right(device float* x [[buffer(0)]],
                                  uint at [[thread_index_in_threadgroup]]) {
  float own[4] = {0.0f, 1.0f, 2.0f, 3.0f};
  own[at % 4] = x[at];
  x[at] = own[(at + 1) % 4];
}

kernel void division_fault(device float* x [[buffer(0)]],
                           uint at [[thread_index_in_threadgroup]]) {
  x[at] = float(64 / at);  // FAULT
}
kernel void division_right(device float* x [[buffer(0)]],
                           uint at [[thread_index_in_threadgroup]]) {
  x[at] = float(64 / (at + 1));
}

kernel void matrix_race(device float* x [[buffer(0)]],
                        uint at [[thread_index_in_threadgroup]]) {
  threadgroup float tile[64];
  tile[at] = x[at];  // FAULT
  simdgroup_float8x8 a;
  simdgroup_load(a, tile);  // FAULT
  if (at < 32) simdgroup_store(a, x);
}
kernel void matrix_right(device float* x [[buffer(0)]],
                         uint at [[thread_index_in_threadgroup]]) {
  threadgroup float tile[64];
  tile[at] = x[at];
  threadgroup_barrier(mem_flags::mem_device | mem_flags::mem_threadgroup);
  simdgroup_float8x8 a;
  simdgroup_load(a, tile);
  if (at < 32) simdgroup_store(a, x);
}

kernel void matrix_overrun_fault(device float* x [[buffer(0)]],
                                 uint at [[thread_index_in_threadgroup]]) {
  simdgroup_float8x8 a;
  simdgroup_load(a, x, 18);  // FAULT
}
kernel void matrix_overrun_right(device float* x [[buffer(0)]],
                                 uint at [[thread_index_in_threadgroup]]) {
  simdgroup_float8x8 a;
  simdgroup_load(a, x, 8);
}

kernel void matrix_lanes_fault(device float* x [[buffer(0)]],
                               uint at [[thread_index_in_threadgroup]]) {
  simdgroup_float8x8 a;
  if (at % 32 < 16) simdgroup_load(a, x);  // FAULT
}
kernel void matrix_lanes_right(device float* x [[buffer(0)]],
                               uint at [[thread_index_in_threadgroup]]) {
  simdgroup_float8x8 a;
  if (at < 32) simdgroup_load(a, x);
}

kernel void atomic_race(device uint* x [[buffer(0)]],
                        uint i [[thread_position_in_grid]]) {
  device atomic_uint* count = (device atomic_uint*)x;
  atomic_fetch_add_explicit(count, 1u, memory_order_relaxed);  // FAULT
  if (i == 100) x[0] = 1;                                      // FAULT
}
kernel void atomic_right(device uint* x [[buffer(0)]],
                         uint i [[thread_position_in_grid]]) {
  device atomic_uint* count = (device atomic_uint*)x;
  atomic_fetch_add_explicit(count, 1u, memory_order_relaxed);
}

// Bound wrongly, or started with too much of something, by the test.
struct Sizes {
  uint rows, cols;
};
kernel void asks(device float4* x [[buffer(2)]],
                 constant Sizes& sizes [[buffer(7)]],
                 threadgroup float* given [[threadgroup(0)]],
                 uint at [[thread_index_in_threadgroup]]) {
  threadgroup float own[1024];
  own[at] = float(sizes.rows);
  if (at < 4) given[at] = own[at];
  x[at] = float4(own[at]);
}
[[max_total_threads_per_threadgroup(128)]]
kernel void asks_few(device float* x [[buffer(0)]],
                     uint at [[thread_index_in_threadgroup]]) {
  x[at] = 1.0f;
}

kernel void first_step(device const float* x [[buffer(0)]],
                       device float* y [[buffer(1)]],
                       uint i [[thread_position_in_grid]]) {
  y[i] = x[i] + 1.0f;
}
kernel void second_step(device const float* y [[buffer(0)]],
                        device float* z [[buffer(1)]],
                        uint i [[thread_position_in_grid]]) {
  z[i] = y[i] * 2.0f;
}
