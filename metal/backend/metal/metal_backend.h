// The door to this backend.
#pragma once

#include <memory>
#include <string>

#include "ops/backward.h"
#include "ops/ops.h"

namespace mamba {

struct MetalDescription {
  std::string name;    // "Apple M1"
  std::string system;  // "Version 14.4 (Build 23E214)"
  uint64_t working_set = 0;
};

// Null, with the reason, where there is no GPU that will do.
std::unique_ptr<Ops> make_metal_ops(std::string* reason);
// `forward` comes from make_metal_ops and must outlive it.
std::unique_ptr<BackwardOps> make_metal_backward(Ops& forward);
bool describe_metal(MetalDescription* description, std::string* reason);

}  // namespace mamba
