#include "api/train/training_devices.h"

#include "api/devices.h"
#include "backend/cpu/backward/cpu_backward.h"
#include "backend/reference/backward/reference_backward.h"
#include "core/error.h"
#if MAMBA_METAL
#include "backend/metal/metal_backend.h"
#endif

namespace mamba {

TrainingOps make_training_ops(const char* device, uint32_t threads) {
  DeviceDescription description;
  TrainingOps ops;
  ops.forward = make_ops(device, threads, &description);
  ops.threads = description.threads;
  std::string reason = "it has no backward";
  if (description.name == "reference") {
    ops.backward = make_reference_backward();
  } else if (description.name == "cpu") {
    ops.backward = make_cpu_backward(ops.threads, &reason);
#if MAMBA_METAL
  } else if (description.name == "metal") {
    ops.backward = make_metal_backward(*ops.forward);
#endif
  }
  if (ops.backward == nullptr) {
    fail(Status::unsupported, "Cannot train on device %s: %s", device,
         reason.c_str());
  }
  return ops;
}

}  // namespace mamba
