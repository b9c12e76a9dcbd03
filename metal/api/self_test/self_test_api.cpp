#include "api/guard.h"
#include "api/handles.h"
#include "api/self_test/self_test.h"

mamba_status mamba_device_test(const char* device, char* json,
                               uint64_t capacity, uint64_t* needed, char* error,
                               uint64_t error_capacity) {
  return mamba::guard({error, error_capacity}, [&] {
    mamba::require(device, "device");
    const auto checks = mamba::run_self_test(device);
    mamba::write_text(mamba::describe_checks(checks), json, capacity, needed);
  });
}
