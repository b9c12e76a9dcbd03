#include "backend/metal/kernel_source.h"

#include <set>
#include <sstream>

#include "core/error.h"

// The assembler puts the files, as they are, between two names.
#if defined(__APPLE__)
#define MAMBA_SECTION ".section __TEXT,__const\n"
#define MAMBA_SECTION_END ".text\n"
#define MAMBA_NAME(name) "_" name
#else
#define MAMBA_SECTION ".pushsection .rodata\n"
#define MAMBA_SECTION_END ".popsection\n"
#define MAMBA_NAME(name) name
#endif

#define MAMBA_KERNEL_FILE(stem, extension)                               \
  __asm__(MAMBA_SECTION                                                \
          ".globl " MAMBA_NAME("mamba_kernel_" #stem "_" #extension)   \
          "\n" MAMBA_NAME("mamba_kernel_" #stem "_" #extension)        \
          ":\n.incbin \"backend/metal/kernels/" #stem "." #extension   \
          "\"\n.globl " MAMBA_NAME("mamba_end_" #stem "_" #extension)  \
          "\n" MAMBA_NAME("mamba_end_" #stem "_" #extension)           \
          ":\n.byte 0\n" MAMBA_SECTION_END); \
  extern "C" __attribute__((visibility("hidden")))                       \
  const char mamba_kernel_##stem##_##extension[];                        \
  extern "C" __attribute__((visibility("hidden")))                       \
  const char mamba_end_##stem##_##extension[];
#include "backend/metal/kernel_files.h"
#undef MAMBA_KERNEL_FILE

namespace mamba::metal {
namespace {

struct File {
  std::string name;  // "arrays.metal"
  const char* begin;
  const char* end;
};

const std::vector<File>& files() {
  static const std::vector<File> all = {
#define MAMBA_KERNEL_FILE(stem, extension)                  \
  {#stem "." #extension, mamba_kernel_##stem##_##extension, \
   mamba_end_##stem##_##extension},
#include "backend/metal/kernel_files.h"
#undef MAMBA_KERNEL_FILE
  };
  return all;
}

std::string trimmed(const std::string& line) {
  const std::size_t first = line.find_first_not_of(" \t\r");
  if (first == std::string::npos) return "";
  return line.substr(first, line.find_last_not_of(" \t\r") - first + 1);
}

bool starts_with(const std::string& text, const char* beginning) {
  return text.rfind(beginning, 0) == 0;
}

// The rule is written down in lib/simulator too, where the text is compiled
// for the simulator: both must give the same bytes.
class Expansion {
 public:
  void add(const std::string& name) {
    if (!included_.insert(name).second) return;
    std::istringstream lines(text_of(name));
    for (std::string line; std::getline(lines, line);) add_line(line);
  }
  const std::string& text() const { return text_; }

 private:
  static std::string text_of(const std::string& name) {
    for (const File& file : files()) {
      if (file.name == name) return std::string(file.begin, file.end);
    }
    fail(Status::internal, "Cannot find the kernel file %s", name.c_str());
  }

  void add_line(const std::string& line) {
    const std::string bare = trimmed(line);
    if (starts_with(bare, "#include \"")) {
      add(bare.substr(10, bare.find('"', 10) - 10));
      return;
    }
    if (bare == "#pragma once") return;
    if (bare == "#include <metal_stdlib>") {
      if (has_library_) return;
      has_library_ = true;
    }
    text_ += line + "\n";
  }

  std::set<std::string> included_;
  bool has_library_ = false;
  std::string text_;
};

}  // namespace

const std::vector<std::string>& kernel_files() {
  static const std::vector<std::string> stems = [] {
    std::vector<std::string> list;
    for (const File& file : files()) {
      const std::size_t dot = file.name.find(".metal");
      if (dot != std::string::npos) list.push_back(file.name.substr(0, dot));
    }
    return list;
  }();
  return stems;
}

std::string kernel_source(const std::string& stem) {
  Expansion expansion;
  expansion.add(stem + ".metal");
  return expansion.text();
}

}  // namespace mamba::metal
