// What compiled kernels and the simulator's runtime know of each other. The
// names beginning with mtl_ and A_ are those that the pre-pass writes.
#pragma once

#include <cstddef>
#include <cstdint>

// One SIMD-group of the threadgroup that runs on this core.
struct mtl_simdgroup {
  uint32_t round = 0;  // rendezvous so far; its parity chooses the slots
  uint32_t lanes = 0;  // those that exist, one bit each, from lane 0 on
  // What the lanes show each other. A lane may be one rendezvous ahead of the
  // slowest, so there are two sets.
  alignas(64) unsigned char slots[2][32 * 16];
};

// The lane that runs now.
struct mtl_place {
  mtl_simdgroup* simdgroup;
  uint32_t lane;
};

enum mtl_attribute {
  A_BUFFER,
  A_TGMEM,
  A_THREAD_POSITION_IN_GRID,
  A_THREADGROUP_POSITION_IN_GRID,
  A_THREAD_POSITION_IN_THREADGROUP,
  A_THREAD_INDEX_IN_THREADGROUP,
  A_THREAD_INDEX_IN_SIMDGROUP,
  A_SIMDGROUP_INDEX_IN_THREADGROUP,
  A_THREADS_PER_THREADGROUP,
  A_THREADGROUPS_PER_GRID,
  A_THREADS_PER_GRID,
  A_THREADS_PER_SIMDGROUP,
  A_SIMDGROUPS_PER_THREADGROUP,
  A_DISPATCH_THREADS_PER_THREADGROUP,
  A_COUNT
};

enum mtl_space { S_NONE, S_DEVICE, S_CONSTANT, S_THREADGROUP };

struct mtl_argument {
  int attribute;
  int index;  // of the buffer or the threadgroup memory
  int space;
  unsigned size, align;  // of what a pointer or reference points at
  bool is_const, is_reference;
  const char* name;
};

// Where a thread finds its arguments.
struct mtl_invocation {
  const uint32_t* values[A_COUNT];  // x, y, z of each attribute
  void* buffers[31];
  void* threadgroup[31];
  const mtl_argument* arguments;
};

struct mtl_kernel {
  uint64_t source;  // hash of the text that it was translated from
  const char* name;
  void (*call)(const void* invocation);
  const mtl_argument* arguments;
  int argument_count;
  const char* file;
  int line;
  int most_threads;  // 0 = no attribute says it
  bool checked;      // compiled with instrumentation
};

struct mtl_constant {
  uint64_t source;
  const char* name;
  int index;
  void* variable;
  unsigned size;
  bool defined;  // by the dispatch that runs
};

enum mtl_barrier_kind { B_THREADGROUP, B_SIMDGROUP };
// Flags of an access.
enum mtl_access_kind { M_READ = 1, M_WRITE = 2, M_ATOMIC = 4 };

extern "C" {
extern __thread mtl_place mtl_here __attribute__((tls_model("initial-exec")));

void mtl_register_kernel(const mtl_kernel* kernel);
void mtl_register_constant(mtl_constant* constant);
bool mtl_constant_defined(const void* variable);

// Waits until every lane of the SIMD-group has come to this call. True in the
// last one, which runs on at once: what it does is done before another lane
// returns.
bool mtl_rendezvous() __attribute__((convergent));
void mtl_barrier(mtl_barrier_kind kind, int memory) __attribute__((convergent));

// The memory of a variable that a kernel declares as threadgroup.
void* mtl_threadgroup_variable(const void* site, std::size_t bytes,
                               std::size_t align);

// Checked builds: the floating-point operations so far. Every basic block of a
// kernel adds its own: see lib/simulator/count_flops.ts.
extern uint64_t mtl_flops;

// Checked builds: an access that is not instrumented, made at `pc`. `lanes` is
// how many lanes share it.
void mtl_touch(const void* memory, unsigned bytes, int kind, unsigned lanes,
               const void* pc);
void mtl_undefined(const char* what, long value);
}
