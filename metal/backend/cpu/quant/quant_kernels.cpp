#include "backend/cpu/quant/quant_kernels.h"

#include <cstdlib>
#include <cstring>

#include "quant/layout.h"

#if defined(__aarch64__) && defined(__linux__)
#include <asm/hwcap.h>
#include <sys/auxv.h>
#endif

namespace mamba {
namespace {

#if defined(__x86_64__)
bool has_vnni() {
  __builtin_cpu_init();
  return __builtin_cpu_supports("avx512f") &&
         __builtin_cpu_supports("avx512bw") &&
         __builtin_cpu_supports("avx512vl") &&
         __builtin_cpu_supports("avx512dq") &&
         __builtin_cpu_supports("avx512vnni");
}
bool has_avx2() {
  __builtin_cpu_init();
  return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
}
#elif defined(__aarch64__)
bool has_dotprod() {
#if defined(__APPLE__)
  return true;  // every Mac with an Arm processor
#elif defined(__linux__)
  return (getauxval(AT_HWCAP) & HWCAP_ASIMDDP) != 0;
#else
  return false;
#endif
}
#endif

}  // namespace

QuantWeights quant_weights(const Matrix& matrix) {
  const QuantLayout layout(matrix);
  QuantWeights weights;
  weights.data = static_cast<const uint8_t*>(matrix.data);
  weights.tiles = layout.tiles;
  weights.four = matrix.dtype == Dtype::q4;
  weights.rotated = matrix.rotated;
  weights.fine = matrix.fine;
  weights.rows = layout.quantised;
  weights.tail = weights.data + layout.tail_offset();
  return weights;
}

std::vector<const QuantKernels*> quant_kernel_tables() {
  std::vector<const QuantKernels*> tables;
  const auto add = [&](const QuantKernels* table, bool supported) {
    if (table != nullptr && supported) tables.push_back(table);
  };
#if defined(__x86_64__)
  add(vnni_quant_kernels(), has_vnni());
  add(avx2_quant_kernels(), has_avx2());
#elif defined(__aarch64__)
  add(dotprod_quant_kernels(), has_dotprod());
  add(neon_quant_kernels(), true);
#endif
  return tables;
}

const QuantKernels* quant_kernels() {
  const auto tables = quant_kernel_tables();
  if (tables.empty()) return nullptr;
  const char* wanted = std::getenv("MAMBA_SIMD");
  const bool narrow = wanted != nullptr && std::strcmp(wanted, "avx2") == 0;
  return narrow ? tables.back() : tables.front();
}

}  // namespace mamba
