// Backward ops whose kernels are still to come.
#include "backend/metal/backward/metal_backward.h"
#include "core/error.h"

namespace mamba::metal {
namespace {

[[noreturn]] void not_yet(const char* op) {
  fail(Status::unsupported, "Cannot train on metal yet: %s; use the cpu", op);
}

}  // namespace

void MetalBackward::ssd(const Batch&, const SsdBackward&) { not_yet("ssd"); }

}  // namespace mamba::metal
