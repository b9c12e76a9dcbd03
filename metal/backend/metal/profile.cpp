#include "backend/metal/gpu.h"
#include "backend/metal/metal_backend.h"

namespace mamba {

void start_metal_profile() { metal::Gpu::open_or_fail()->times().start(); }

std::map<std::string, metal::KernelTime> read_metal_profile() {
  metal::KernelTimes& times = metal::Gpu::open_or_fail()->times();
  times.stop();
  return times.read();
}

}  // namespace mamba
