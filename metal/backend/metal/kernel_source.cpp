#include "backend/metal/kernel_source.h"

#include <algorithm>
#include <set>

#include "core/error.h"

// The assembler puts the files, as they are, between two names that only this
// library sees. A Mac's linker may move what begins at a name; an .alt_entry
// stays where it is.
#if defined(__APPLE__)
#define MAMBA_SECTION(text) ".section __TEXT,__const\n" text ".text\n"
#define MAMBA_BEGIN(name) ".private_extern _" name "\n_" name ":\n"
#define MAMBA_END(name) \
  ".private_extern _" name "\n.alt_entry _" name "\n_" name ":\n.byte 0\n"
#else
#define MAMBA_SECTION(text) ".pushsection .rodata\n" text ".popsection\n"
#define MAMBA_BEGIN(name) ".globl " name "\n.hidden " name "\n" name ":\n"
#define MAMBA_END(name) MAMBA_BEGIN(name) ".byte 0\n"
#endif
#define MAMBA_FILE(name) ".incbin \"backend/metal/kernels/" name "\"\n"

#define MAMBA_KERNEL_FILE(stem, extension)                                \
  __asm__(MAMBA_SECTION(MAMBA_BEGIN("kernel_begin_" #stem "_" #extension) \
                            MAMBA_FILE(#stem "." #extension) MAMBA_END(   \
                                "kernel_end_" #stem "_" #extension)));    \
  extern "C" __attribute__((visibility("hidden")))                        \
  const char kernel_begin_##stem##_##extension[];                         \
  extern "C" __attribute__((visibility("hidden")))                        \
  const char kernel_end_##stem##_##extension[];
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
  {#stem "." #extension, kernel_begin_##stem##_##extension, \
   kernel_end_##stem##_##extension},
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
    const File& file = find(name);
    for (const char* line = file.begin; line < file.end;) {
      const char* end = std::find(line, file.end, '\n');
      add_line(std::string(line, end));
      line = end + 1;
    }
  }
  const std::string& text() const { return text_; }

 private:
  static const File& find(const std::string& name) {
    for (const File& file : files()) {
      if (file.name == name) return file;
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
