#include "backend/metal/metal_backend.h"

#include "backend/metal/metal_ops.h"

namespace mamba {

std::unique_ptr<Ops> make_metal_ops(std::string* reason) {
  std::shared_ptr<metal::Gpu> gpu = metal::Gpu::open(reason);
  if (gpu == nullptr) return nullptr;
  return std::make_unique<metal::MetalOps>(std::move(gpu));
}

bool describe_metal(MetalDescription* description, std::string* reason) {
  const std::shared_ptr<metal::Gpu> gpu = metal::Gpu::open(reason);
  if (gpu == nullptr) return false;
  description->name = gpu->description().name;
  description->system = gpu->description().system;
  description->working_set = gpu->description().working_set;
  return true;
}

}  // namespace mamba
