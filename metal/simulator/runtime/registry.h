// The kernels and function constants that are compiled in.
#pragma once

#include <atomic>
#include <cstddef>
#include <vector>

#include "simulator/runtime/simulator.h"
#include "simulator/shim/interface.h"

namespace simulator {

struct Kernel {
  explicit Kernel(const mtl_kernel* c) : compiled(c) {}
  const mtl_kernel* compiled;
  // Of the variables that its body declares; known when it has run once.
  mutable std::atomic<std::size_t> static_bytes{0};
};

// Gives the constants of a library's source their values for a dispatch; those
// without one become zero and undefined.
void set_constants(uint64_t source,
                   const std::vector<FunctionConstant>* values);

}  // namespace simulator
