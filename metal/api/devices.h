// The backends of this build, by name.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "models/model.h"
#include "ops/ops.h"

namespace mamba {

struct Backend {
  std::string name;
  bool available = true;
  std::string reason;  // why not
  std::string description;
  std::string simd;
  // What a self-test's result depends on beside the library; empty = nothing.
  std::string identity;
  uint32_t threads = 1;
};

// All backends, whether they work here or not.
std::vector<Backend> list_backends();

// An implementation of the ops and what it is called. `threads`: 0 = all
// cores. Throws Error (invalid_argument) for an unknown name, (unsupported)
// with the reason for one that does not work here.
std::unique_ptr<Ops> make_ops(const char* device, uint32_t threads,
                              DeviceDescription* description);

}  // namespace mamba
