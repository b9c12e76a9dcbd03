#include "api/guard.h"
#include "api/handles.h"
#include "api/self_test/self_test.h"
#include "core/json.h"

mamba_status mamba_device_test(const char* device, char* json,
                               uint64_t capacity, uint64_t* needed, char* error,
                               uint64_t error_capacity) {
  return mamba::guard({error, error_capacity}, [&] {
    mamba::require(device, "device");
    bool passed = true;
    mamba::JsonWriter checks;
    checks.begin_object().key("checks").begin_array();
    for (const mamba::SelfTestCheck& check : mamba::run_self_test(device)) {
      passed = passed && check.passed;
      checks.begin_object();
      checks.key("name").value(check.name);
      checks.key("passed").value(check.passed);
      checks.key("detail").value(check.detail);
      checks.end_object();
    }
    checks.end_array().key("passed").value(passed).end_object();
    mamba::write_text(checks.text(), json, capacity, needed);
  });
}
