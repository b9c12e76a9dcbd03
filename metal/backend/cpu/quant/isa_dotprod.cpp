// Whole-number products with NEON dot product; empty on other processors.
#include "backend/cpu/quant/quant_kernels.h"

#if defined(__aarch64__) && defined(__ARM_FEATURE_DOTPROD)

#include <arm_neon.h>

#include "quant/rotation.h"

#define MAMBA_QUANT_ISA dotprod_quant

namespace mamba::MAMBA_QUANT_ISA {
namespace {
#include "backend/cpu/quant/arm.h"
}  // namespace
}  // namespace mamba::MAMBA_QUANT_ISA

#include "backend/cpu/quant/quant_products.h"

namespace mamba {
const QuantKernels* dotprod_quant_kernels() {
  return dotprod_quant::quant_table("NEON dot product");
}
}  // namespace mamba

#else

namespace mamba {
const QuantKernels* dotprod_quant_kernels() { return nullptr; }
}  // namespace mamba

#endif
