// The door to this backend.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "backend/metal/kernel_times.h"
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

// What became of one file of kernels when it was compiled.
struct MetalKernelFile {
  std::string name;  // "ssd"
  uint32_t kernels = 0;
  std::string failure;  // the compiler's words; empty = none
};
// Compiles every kernel of every file. Throws Error (unsupported) without a
// GPU that will do.
std::vector<MetalKernelFile> compile_metal_kernels();

// From here on each call of a kernel has a command buffer of its own, and its
// time is added up. Throws Error (unsupported) without a GPU that will do.
void start_metal_profile();
// Ends it: the sums by kernel.
std::map<std::string, metal::KernelTime> read_metal_profile();

}  // namespace mamba
