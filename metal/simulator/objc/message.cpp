// objc_msgSend: finds the method and jumps to it, all arguments untouched.
// A message to nil gives 0. With _stret the result goes to memory that the
// caller names: on x86-64 its address is the first argument.

#if defined(__x86_64__)

#define SAVE_ARGUMENTS                                   \
  "  push %rbp\n  mov %rsp, %rbp\n"                      \
  "  push %rdi\n  push %rsi\n  push %rdx\n"              \
  "  push %rcx\n  push %r8\n  push %r9\n"                \
  "  sub $128, %rsp\n"                                   \
  "  movups %xmm0, (%rsp)\n  movups %xmm1, 16(%rsp)\n"   \
  "  movups %xmm2, 32(%rsp)\n  movups %xmm3, 48(%rsp)\n" \
  "  movups %xmm4, 64(%rsp)\n  movups %xmm5, 80(%rsp)\n" \
  "  movups %xmm6, 96(%rsp)\n  movups %xmm7, 112(%rsp)\n"
#define CALL_FOUND                                        \
  "  call simulator_find_code\n"                          \
  "  mov %rax, %r11\n"                                    \
  "  movups (%rsp), %xmm0\n  movups 16(%rsp), %xmm1\n"    \
  "  movups 32(%rsp), %xmm2\n  movups 48(%rsp), %xmm3\n"  \
  "  movups 64(%rsp), %xmm4\n  movups 80(%rsp), %xmm5\n"  \
  "  movups 96(%rsp), %xmm6\n  movups 112(%rsp), %xmm7\n" \
  "  add $128, %rsp\n"                                    \
  "  pop %r9\n  pop %r8\n  pop %rcx\n"                    \
  "  pop %rdx\n  pop %rsi\n  pop %rdi\n  pop %rbp\n"      \
  "  jmp *%r11\n"

__asm__(
    ".text\n"
    ".hidden objc_msgSend\n.globl objc_msgSend\n"
    ".type objc_msgSend, @function\n"
    "objc_msgSend:\n"
    "  test %rdi, %rdi\n  jz 1f\n" SAVE_ARGUMENTS CALL_FOUND
    "1:\n  xor %eax, %eax\n  xor %edx, %edx\n  xorps %xmm0, %xmm0\n  ret\n"
    ".hidden objc_msgSend_stret\n.globl objc_msgSend_stret\n"
    ".type objc_msgSend_stret, @function\n"
    "objc_msgSend_stret:\n"
    "  test %rsi, %rsi\n  jz 1f\n" SAVE_ARGUMENTS
    "  mov %rsi, %rdi\n  mov %rdx, %rsi\n" CALL_FOUND
    "1:\n  mov %rdi, %rax\n  ret\n");

#elif defined(__aarch64__)

__asm__(
    ".text\n"
    ".hidden objc_msgSend\n.globl objc_msgSend\n"
    ".hidden objc_msgSend_stret\n.globl objc_msgSend_stret\n"
    "objc_msgSend:\n"
    "objc_msgSend_stret:\n"
    "  cbz x0, 1f\n"
    "  stp x29, x30, [sp, #-224]!\n  mov x29, sp\n"
    "  stp x0, x1, [sp, #16]\n  stp x2, x3, [sp, #32]\n"
    "  stp x4, x5, [sp, #48]\n  stp x6, x7, [sp, #64]\n"
    "  str x8, [sp, #80]\n"
    "  stp q0, q1, [sp, #96]\n  stp q2, q3, [sp, #128]\n"
    "  stp q4, q5, [sp, #160]\n  stp q6, q7, [sp, #192]\n"
    "  bl simulator_find_code\n"
    "  mov x16, x0\n"
    "  ldp q0, q1, [sp, #96]\n  ldp q2, q3, [sp, #128]\n"
    "  ldp q4, q5, [sp, #160]\n  ldp q6, q7, [sp, #192]\n"
    "  ldr x8, [sp, #80]\n"
    "  ldp x6, x7, [sp, #64]\n  ldp x4, x5, [sp, #48]\n"
    "  ldp x2, x3, [sp, #32]\n  ldp x0, x1, [sp, #16]\n"
    "  ldp x29, x30, [sp], #224\n"
    "  br x16\n"
    "1:\n  mov x1, #0\n  movi d0, #0\n  ret\n");

#else
#error "The simulated Metal needs x86-64 or aarch64"
#endif
