// The backends of this build that work on this machine.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "ops/ops.h"

namespace test {

struct Device {
  std::string title;  // "cpu avx2, 2 threads"
  std::string name;   // as the API takes it
  std::string simd;   // MAMBA_SIMD, or nothing
  uint32_t threads = 1;

  // Makes what is created afterwards use this device's instructions.
  void select() const;
  std::unique_ptr<mamba::Ops> make_ops() const;
};

// Everything but the reference: each instruction set with 1 and 3 threads.
const std::vector<Device>& fast_devices();
// The reference too.
const std::vector<Device>& all_devices();

}  // namespace test
