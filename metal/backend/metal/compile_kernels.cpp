#include "backend/metal/gpu.h"
#include "backend/metal/kernel_source.h"
#include "backend/metal/metal_backend.h"
#include "core/error.h"

namespace mamba {

std::vector<MetalKernelFile> compile_metal_kernels() {
  const std::shared_ptr<metal::Gpu> gpu = metal::Gpu::open_or_fail();
  std::vector<MetalKernelFile> files;
  for (const std::string& name : metal::kernel_files()) {
    MetalKernelFile file;
    file.name = name;
    try {
      for (const std::string& kernel : gpu->kernels_of(name)) {
        gpu->pipeline({name.c_str(), kernel.c_str()});
        ++file.kernels;
      }
    } catch (const Error& error) {
      file.failure = error.what();
    }
    files.push_back(std::move(file));
  }
  return files;
}

}  // namespace mamba
