#include "api/devices.h"

#include <algorithm>
#include <thread>

#include "api/guard.h"
#include "api/handles.h"
#include "backend/cpu/cpu_backend.h"
#include "backend/reference/reference_ops.h"
#include "core/json.h"
#include "core/thread_pool.h"
#if MAMBA_METAL
#include "backend/metal/metal_backend.h"
#endif

namespace mamba {
namespace {

uint32_t all_cores() {
  return std::clamp(std::thread::hardware_concurrency(), 1u,
                    ThreadPool::kMaxThreads);
}

std::string simd_title(const std::string& simd) {
  if (simd == "avx512") return "AVX-512";
  if (simd == "avx2") return "AVX2";
  if (simd == "neon") return "NEON";
  return simd;
}

std::string describe_cpu(const std::string& simd, uint32_t threads) {
  return simd_title(simd) + ", " + std::to_string(threads) +
         (threads == 1 ? " thread" : " threads");
}

Backend cpu_backend() {
  Backend backend;
  backend.name = "cpu";
  backend.simd = cpu_simd_name();
  backend.threads = all_cores();
  backend.available = make_cpu_ops(1, &backend.reason) != nullptr;
  backend.description = backend.available
                            ? describe_cpu(backend.simd, backend.threads)
                            : "SIMD, all cores";
  return backend;
}

Backend metal_backend() {
  Backend backend;
  backend.name = "metal";
  backend.threads = 0;
  backend.description = "Apple GPU";
#if MAMBA_METAL
  MetalDescription metal;
  backend.available = describe_metal(&metal, &backend.reason);
  if (backend.available) {
    backend.description = metal.name;
    backend.identity = metal.name + ", " + metal.system;
  }
#else
  backend.available = false;
  backend.reason = "Metal is only on Macs";
#endif
  return backend;
}

Backend reference_backend() {
  Backend backend;
  backend.name = "reference";
  backend.description = "plain loops, 1 thread: slow, for comparison";
  return backend;
}

}  // namespace

std::vector<Backend> list_backends() {
  return {metal_backend(), cpu_backend(), reference_backend()};
}

std::unique_ptr<Ops> make_ops(const char* device, uint32_t threads,
                              DeviceDescription* description) {
  const std::string name = device;
  if (threads > ThreadPool::kMaxThreads) {
    fail(Status::invalid_argument,
         "Cannot use %u threads: wanted 1 to %u, or 0 for all cores", threads,
         ThreadPool::kMaxThreads);
  }
  if (threads == 0) threads = all_cores();
  description->name = name;
  if (name == "reference") {
    description->threads = 1;
    description->description = reference_backend().description;
    return make_reference_ops();
  }
  std::string reason;
  if (name == "cpu") {
    description->threads = threads;
    description->description = describe_cpu(cpu_simd_name(), threads);
    if (auto ops = make_cpu_ops(threads, &reason)) return ops;
  } else if (name == "metal") {
    const Backend metal = metal_backend();
    reason = metal.reason;
    description->description = metal.description;
    description->threads = threads;
#if MAMBA_METAL
    if (auto ops = make_metal_ops(&reason)) return ops;
#endif
  } else {
    fail(Status::invalid_argument,
         "Cannot use device \"%s\": wanted cpu, reference or metal", device);
  }
  fail(Status::unsupported, "Cannot use device %s: %s", device, reason.c_str());
}

}  // namespace mamba

uint32_t mamba_abi_version(void) { return MAMBA_ABI_VERSION; }

mamba_status mamba_devices_describe(char* json, uint64_t capacity,
                                    uint64_t* needed, char* error,
                                    uint64_t error_capacity) {
  return mamba::guard({error, error_capacity}, [&] {
    mamba::JsonWriter writer;
    writer.begin_array();
    for (const mamba::Backend& backend : mamba::list_backends()) {
      writer.begin_object();
      writer.key("name").value(backend.name);
      writer.key("available").value(backend.available);
      writer.key("reason").value(backend.reason);
      writer.key("description").value(backend.description);
      writer.key("simd").value(backend.simd);
      writer.key("threads").value(backend.threads);
      writer.key("identity").value(backend.identity);
      writer.end_object();
    }
    writer.end_array();
    mamba::write_text(writer.text(), json, capacity, needed);
  });
}

mamba_status mamba_measure_bandwidth(uint64_t bytes, uint32_t threads,
                                     double seconds, double* bytes_per_second,
                                     char* error, uint64_t error_capacity) {
  return mamba::guard({error, error_capacity}, [&] {
    mamba::require(bytes_per_second, "bytes_per_second");
    // Written so that a NaN fails too.
    if (bytes == 0 || !(seconds > 0 && seconds <= 60) ||
        threads > mamba::ThreadPool::kMaxThreads) {
      mamba::fail(mamba::Status::invalid_argument,
                  "Cannot measure the bandwidth: wanted bytes > 0, threads <= "
                  "%u and 0 < seconds <= 60",
                  mamba::ThreadPool::kMaxThreads);
    }
    *bytes_per_second = mamba::measure_bandwidth(bytes, threads, seconds);
  });
}
