// Whole-number products with NEON; empty on other processors.
#include "backend/cpu/quant/quant_kernels.h"

#if defined(__aarch64__)

#include <arm_neon.h>

#include "quant/rotation.h"

#define MAMBA_QUANT_ISA neon_quant

namespace mamba::MAMBA_QUANT_ISA {
namespace {
#include "backend/cpu/quant/arm.h"
}  // namespace
}  // namespace mamba::MAMBA_QUANT_ISA

#include "backend/cpu/quant/quant_products.h"

namespace mamba {
const QuantKernels* neon_quant_kernels() {
  return neon_quant::quant_table("NEON");
}
}  // namespace mamba

#else

namespace mamba {
const QuantKernels* neon_quant_kernels() { return nullptr; }
}  // namespace mamba

#endif
