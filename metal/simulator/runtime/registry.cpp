#include "simulator/runtime/registry.h"

#include <cstring>
#include <map>

namespace simulator {
namespace {

struct Library {
  std::map<std::string, Kernel> kernels;
  std::vector<mtl_constant*> constants;
};

// Filled by static objects of the kernels' files, in any order.
std::map<uint64_t, Library>& libraries() {
  static std::map<uint64_t, Library> all;
  return all;
}

bool any_checked = false;

const Library* library_of(uint64_t source) {
  const auto found = libraries().find(source);
  return found == libraries().end() ? nullptr : &found->second;
}

}  // namespace

bool is_checked() { return any_checked; }

const Kernel* find_kernel(uint64_t source_hash, const std::string& name) {
  const Library* library = library_of(source_hash);
  if (library == nullptr) return nullptr;
  const auto found = library->kernels.find(name);
  return found == library->kernels.end() ? nullptr : &found->second;
}

bool has_source(uint64_t source_hash) {
  return library_of(source_hash) != nullptr;
}

std::vector<std::string> kernel_names(uint64_t source_hash) {
  std::vector<std::string> names;
  if (const Library* library = library_of(source_hash)) {
    for (const auto& [name, kernel] : library->kernels) names.push_back(name);
  }
  return names;
}

uint32_t most_threads(const Kernel& kernel) {
  const int most = kernel.compiled->most_threads;
  return most > 0 ? static_cast<uint32_t>(most) : kMostThreads;
}

std::size_t static_threadgroup_bytes(const Kernel& kernel) {
  return kernel.static_bytes;
}

const char* kernel_name(const Kernel& kernel) { return kernel.compiled->name; }

void set_constants(uint64_t source,
                   const std::vector<FunctionConstant>* values) {
  const Library* library = library_of(source);
  if (library == nullptr) return;
  for (mtl_constant* constant : library->constants) {
    constant->defined = false;
    std::memset(constant->variable, 0, constant->size);
    if (values == nullptr) continue;
    for (const FunctionConstant& value : *values) {
      if (value.index != constant->index) continue;
      std::memcpy(constant->variable, &value.bits, constant->size);
      constant->defined = true;
    }
  }
}

}  // namespace simulator

extern "C" {

void mtl_register_kernel(const mtl_kernel* kernel) {
  simulator::libraries()[kernel->source].kernels.emplace(kernel->name, kernel);
  simulator::any_checked |= kernel->checked;
}

void mtl_register_constant(mtl_constant* constant) {
  simulator::libraries()[constant->source].constants.push_back(constant);
}

bool mtl_constant_defined(const void* variable) {
  for (const auto& [source, library] : simulator::libraries()) {
    for (const mtl_constant* constant : library.constants) {
      if (constant->variable == variable) return constant->defined;
    }
  }
  return false;
}
}
