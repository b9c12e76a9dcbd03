#include "device_list.h"

#include <cstdlib>

#include "api/devices.h"
#include "backend/cpu/cpu_backend.h"

namespace test {
namespace {

Device make_device(const std::string& name, const std::string& simd,
                   uint32_t threads) {
  Device device;
  device.name = name;
  device.simd = simd;
  device.threads = threads;
  device.title = name + (simd.empty() ? "" : " " + simd) + ", " +
                 std::to_string(threads) + " threads";
  return device;
}

std::vector<Device> list_fast_devices() {
  std::vector<Device> devices;
  for (const char* simd : {"avx512", "avx2", "neon"}) {
    make_device("cpu", simd, 1).select();
    if (mamba::make_cpu_ops(1, nullptr) == nullptr) continue;
    devices.push_back(make_device("cpu", simd, 1));
    devices.push_back(make_device("cpu", simd, 3));
  }
  unsetenv("MAMBA_SIMD");
  for (const mamba::Backend& backend : mamba::list_backends()) {
    if (!backend.available || backend.name == "cpu") continue;
    if (backend.name == "reference") continue;
    devices.push_back(make_device(backend.name, "", 1));
  }
  return devices;
}

}  // namespace

void Device::select() const {
  simd.empty() ? unsetenv("MAMBA_SIMD") : setenv("MAMBA_SIMD", simd.c_str(), 1);
}

std::unique_ptr<mamba::Ops> Device::make_ops() const {
  select();
  mamba::DeviceDescription description;
  return mamba::make_ops(name.c_str(), threads, &description);
}

const std::vector<Device>& fast_devices() {
  static const std::vector<Device> devices = list_fast_devices();
  return devices;
}

const std::vector<Device>& all_devices() {
  static const std::vector<Device> devices = [] {
    std::vector<Device> list = fast_devices();
    list.insert(list.begin(), make_device("reference", "", 1));
    return list;
  }();
  return devices;
}

}  // namespace test
