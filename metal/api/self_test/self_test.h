// Whether a device computes what it should: small models with random weights,
// each op compared with the reference.
#pragma once

#include <string>
#include <vector>

namespace mamba {

struct SelfTestCheck {
  std::string name;  // of an op, or of a file of kernels
  bool passed = true;
  std::string detail;  // what is wrong, else what was compared
};

// JSON, as mamba_device_test writes it.
std::string describe_checks(const std::vector<SelfTestCheck>& checks);

// Throws Error for a device that cannot be used at all.
std::vector<SelfTestCheck> run_self_test(const char* device);

}  // namespace mamba
