// The times of a GPU's kernels.
#include <string>

#include "api/devices.h"
#include "api/guard.h"
#include "api/handles.h"
#include "core/json.h"
#if MAMBA_METAL
#include "backend/metal/metal_backend.h"
#endif

namespace {

using mamba::fail;
using mamba::Status;

void require_gpu(const char* device) {
  mamba::require(device, "device");
  const std::string name = device;
  for (const mamba::Backend& backend : mamba::list_backends()) {
    if (backend.name != name) continue;
    if (name != "metal") {
      fail(Status::unsupported,
           "Cannot profile device %s: it has no kernels, only metal has",
           device);
    }
    if (backend.available) return;
    fail(Status::unsupported, "Cannot profile device metal: %s",
         backend.reason.c_str());
  }
  fail(Status::invalid_argument,
       "Cannot profile device \"%s\": wanted metal, which alone has kernels",
       device);
}

std::string read_profile() {
  mamba::JsonWriter writer;
  writer.begin_array();
#if MAMBA_METAL
  for (const auto& [kernel, time] : mamba::read_metal_profile()) {
    writer.begin_object();
    writer.key("kernel").value(kernel);
    writer.key("dispatches").value(time.dispatches);
    writer.key("nanoseconds")
        .value(static_cast<uint64_t>(1e9 * time.seconds + 0.5));
    writer.key("bytes").value(time.bytes);
    writer.end_object();
  }
#endif
  writer.end_array();
  return writer.text();
}

}  // namespace

mamba_status mamba_profile_start(const char* device, char* error,
                                 uint64_t error_capacity) {
  return mamba::guard({error, error_capacity}, [&] {
    require_gpu(device);
#if MAMBA_METAL
    mamba::start_metal_profile();
#endif
  });
}

mamba_status mamba_profile_read(const char* device, char* json,
                                uint64_t capacity, uint64_t* needed,
                                char* error, uint64_t error_capacity) {
  return mamba::guard({error, error_capacity}, [&] {
    require_gpu(device);
    mamba::write_text(read_profile(), json, capacity, needed);
  });
}
