// Ops whose kernels are still to come.
#include "backend/metal/metal_ops.h"
#include "core/error.h"

namespace mamba::metal {
namespace {

[[noreturn]] void not_yet(const char* op) {
  fail(Status::unsupported, "Cannot run %s on metal yet; use the cpu", op);
}

}  // namespace

void MetalOps::in_proj_conv(const Batch&, const InProjConvArgs&) {
  not_yet("in_proj_conv");
}
void MetalOps::linear(const Batch&, const LinearArgs&) { not_yet("linear"); }
void MetalOps::ssd(const Batch&, const SsdArgs&) { not_yet("ssd"); }
void MetalOps::out_proj(const Batch&, const OutProjArgs&) {
  not_yet("out_proj");
}
void MetalOps::lm_head(const Batch&, const LmHeadArgs&) { not_yet("lm_head"); }

}  // namespace mamba::metal
