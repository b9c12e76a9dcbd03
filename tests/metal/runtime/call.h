// One dispatch of a kernel of this folder, for tests of the runtime.
#pragma once

#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <vector>

#include "../../native/harness.h"
#include "simulator/runtime/simulator.h"

namespace runtime {

// Hashes of the kernels' files, as the program was given them.
inline std::vector<uint64_t>& sources() {
  static std::vector<uint64_t> hashes;
  return hashes;
}

inline const simulator::Kernel* kernel(const std::string& name) {
  for (const uint64_t source : sources()) {
    const simulator::Kernel* found = simulator::find_kernel(source, name);
    if (found != nullptr) return found;
  }
  std::fprintf(stderr, "There is no kernel %s\n", name.c_str());
  std::exit(2);
}

struct Call {
  simulator::Dispatch dispatch;
  simulator::Findings findings;
  simulator::Profile profile;

  explicit Call(const std::string& name) { dispatch.kernel = kernel(name); }

  Call& grid(uint32_t x, uint32_t y = 1, uint32_t z = 1) {
    dispatch.grid[0] = x;
    dispatch.grid[1] = y;
    dispatch.grid[2] = z;
    return *this;
  }
  Call& threads(uint32_t x, uint32_t y = 1, uint32_t z = 1) {
    dispatch.threads[0] = x;
    dispatch.threads[1] = y;
    dispatch.threads[2] = z;
    return *this;
  }
  // The grid counts threads.
  Call& exact() {
    dispatch.exact = true;
    return *this;
  }
  template <class T>
  Call& buffer(int index, std::vector<T>& data) {
    dispatch.buffers[index] = {data.data(), data.size() * sizeof(T)};
    return *this;
  }
  Call& bytes(int index, const void* data, std::size_t size) {
    dispatch.buffers[index] = {const_cast<void*>(data), size};
    return *this;
  }
  Call& memory(int index, std::size_t size) {
    dispatch.threadgroup_bytes[index] = size;
    return *this;
  }
  Call& run() {
    simulator::run(dispatch, &findings, &profile);
    return *this;
  }
};

// Runs a dispatch in which nothing may be found.
inline void run_right(Call& call) {
  call.run();
  if (call.findings.count > 0) {
    test::report(simulator::kernel_name(*call.dispatch.kernel), 0,
                 call.findings.text);
  }
}

// Numbers in [-1, 1) that are the same every time.
class Numbers {
 public:
  float next() {
    state_ = state_ * 1664525u + 1013904223u;
    return static_cast<float>(state_ >> 8) / (1 << 23) - 1.0f;
  }
  std::vector<float> many(std::size_t count, float scale = 1.0f) {
    std::vector<float> list(count);
    for (float& value : list) value = next() * scale;
    return list;
  }

 private:
  uint32_t state_ = 1;
};

}  // namespace runtime
