#include "simulator/runtime/fiber.h"

#include <sys/mman.h>

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>

// The processor predicts that a return goes where the last call came from.
// The lanes of a SIMD-group wait at the same place, so simulator_switch, which
// returns, is predicted well. simulator_resume jumps: its caller, and that of
// the thread that goes on, is the same call in Core::run_fiber().
#if defined(__x86_64__)
asm(R"(
.text
.hidden simulator_switch
.globl simulator_switch
.type simulator_switch,@function
simulator_switch:
  pushq %rbp
  pushq %rbx
  pushq %r12
  pushq %r13
  pushq %r14
  pushq %r15
  movq %rsp, (%rdi)
  movq %rsi, %rsp
  popq %r15
  popq %r14
  popq %r13
  popq %r12
  popq %rbx
  popq %rbp
  xorl %eax, %eax
  ret

.hidden simulator_start
.globl simulator_start
.type simulator_start,@function
simulator_start:
  pushq %rbp
  pushq %rbx
  pushq %r12
  pushq %r13
  pushq %r14
  pushq %r15
  movq %rsp, (%rdi)
  movq %rsi, %rsp
  movl %ecx, %edi
  callq *%rdx
  ud2

.hidden simulator_resume
.globl simulator_resume
.type simulator_resume,@function
simulator_resume:
  movq %rdi, %rsp
  popq %r15
  popq %r14
  popq %r13
  popq %r12
  popq %rbx
  popq %rbp
  xorl %eax, %eax
  popq %rcx
  jmpq *%rcx
)");
#elif defined(__aarch64__)
asm(R"(
.macro SAVE
  sub sp, sp, #160
  stp x19, x20, [sp, #0]
  stp x21, x22, [sp, #16]
  stp x23, x24, [sp, #32]
  stp x25, x26, [sp, #48]
  stp x27, x28, [sp, #64]
  stp x29, x30, [sp, #80]
  stp d8, d9, [sp, #96]
  stp d10, d11, [sp, #112]
  stp d12, d13, [sp, #128]
  stp d14, d15, [sp, #144]
  mov x9, sp
  str x9, [x0]
.endm
.macro RESTORE
  ldp x19, x20, [sp, #0]
  ldp x21, x22, [sp, #16]
  ldp x23, x24, [sp, #32]
  ldp x25, x26, [sp, #48]
  ldp x27, x28, [sp, #64]
  ldp x29, x30, [sp, #80]
  ldp d8, d9, [sp, #96]
  ldp d10, d11, [sp, #112]
  ldp d12, d13, [sp, #128]
  ldp d14, d15, [sp, #144]
  add sp, sp, #160
  mov w0, #0
.endm
.text
.hidden simulator_switch
.globl simulator_switch
.type simulator_switch,@function
simulator_switch:
  SAVE
  mov sp, x1
  RESTORE
  ret

.hidden simulator_start
.globl simulator_start
.type simulator_start,@function
simulator_start:
  SAVE
  mov sp, x1
  mov w0, w3
  blr x2
  brk #0

.hidden simulator_resume
.globl simulator_resume
.type simulator_resume,@function
simulator_resume:
  mov sp, x0
  RESTORE
  br x30
)");
#else
#error "the simulator has no switch of stacks for this machine"
#endif

namespace simulator {
namespace {

constexpr uint64_t kMark = 0x5afe57acc0ffee01;

// Stacks begin at different distances from a page's end: at equal ones they
// would share the same few sets of the cache.
std::size_t stagger(unsigned index) { return index % 61 * 832; }

}  // namespace

Stacks::Stacks(unsigned count) : count_(count) {
  void* memory = mmap(nullptr, count * kBytes, PROT_READ | PROT_WRITE,
                      MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (memory == MAP_FAILED) {
    std::perror("Cannot simulate Metal: no memory for stacks");
    std::abort();
  }
  memory_ = static_cast<char*>(memory);
}

Stacks::~Stacks() { munmap(memory_, count_ * kBytes); }

void Stacks::prepare(unsigned index) {
  std::memcpy(stack(index), &kMark, sizeof kMark);
}

void* Stacks::top(unsigned index) const {
  return stack(index) + kBytes - stagger(index);
}

bool Stacks::overflowed(unsigned index) const {
  return std::memcmp(stack(index), &kMark, sizeof kMark) != 0;
}

bool Stacks::contains(const void* memory) const {
  const char* at = static_cast<const char*>(memory);
  return at >= memory_ && at < memory_ + count_ * kBytes;
}

bool Stacks::same(const void* memory, const void* stack) const {
  const auto number = [this](const void* at) {
    return (static_cast<const char*>(at) - memory_) / kBytes;
  };
  return number(memory) == number(stack);
}

}  // namespace simulator
