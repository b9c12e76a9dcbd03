// The SIMD, multi-threaded backend: AVX-512 or AVX2 by cpuid, NEON on Arm.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "ops/ops.h"

namespace mamba {

// `threads` counts the calling thread; 0 = one per core. Null, with the reason
// in `why_not` (may be null), when the processor lacks what it takes. The
// environment variable MAMBA_SIMD=avx512|avx2|neon asks for one instruction
// set instead of the best.
std::unique_ptr<Ops> make_cpu_ops(uint32_t threads, std::string* why_not);

// "avx512", "avx2", "neon", or "" when there is no cpu backend here.
std::string cpu_simd_name();

// Reads a buffer of `bytes` bytes again and again for about `seconds` with
// `threads` threads: bytes per second of the best pass. Throws std::bad_alloc.
double measure_bandwidth(uint64_t bytes, uint32_t threads, double seconds);

enum class PeakKind { f32, int8 };

// Computes in registers for about `seconds` with `threads` threads: operations
// per second of the best pass, two for each multiply-add.
double measure_peak(PeakKind kind, uint32_t threads, double seconds);

}  // namespace mamba
