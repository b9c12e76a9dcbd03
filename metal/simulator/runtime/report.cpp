#include "simulator/runtime/report.h"

#include <dlfcn.h>

#include <cstdio>
#include <vector>

namespace simulator {
namespace {

constexpr std::size_t kMostLines = 12;

std::string formatted(const char* format, va_list arguments) {
  char text[500];
  std::vsnprintf(text, sizeof text, format, arguments);
  return text;
}

// The answer of llvm-symbolizer, one line for each function that is inlined at
// the address, innermost first; empty without that program.
std::vector<std::string> inlined_places(const char* file, std::size_t offset) {
  char command[600];
  std::snprintf(command, sizeof command,
                "llvm-symbolizer-19 --functions=none "
                "--obj='%s' 0x%zx 2>/dev/null",
                file, offset);
  std::vector<std::string> places;
  FILE* pipe = popen(command, "r");
  if (pipe == nullptr) return places;
  char line[500];
  while (std::fgets(line, sizeof line, pipe) != nullptr) {
    std::string place = line;
    while (!place.empty() && place.back() == '\n') place.pop_back();
    if (!place.empty()) places.push_back(place);
  }
  pclose(pipe);
  return places;
}

}  // namespace

std::string source_place(const void* pc) {
  Dl_info info;
  if (pc == nullptr || dladdr(pc, &info) == 0) return "an unknown place";
  // An address to return to lies behind the call that is meant.
  const std::size_t offset = static_cast<const char*>(pc) - 1 -
                             static_cast<const char*>(info.dli_fbase);
  for (const std::string& place : inlined_places(info.dli_fname, offset)) {
    // What the shim inlines is not what the kernel's author wrote.
    if (place.find("simulator/shim/") != std::string::npos) continue;
    const std::size_t name = place.rfind('/') + 1;
    const std::size_t line = place.find(':', name);
    return place.substr(name, place.find(':', line + 1) - name);
  }
  char text[400];
  std::snprintf(text, sizeof text, "%s+0x%zx", info.dli_fname, offset);
  return text;
}

void Report::add(const char* kind, const Culprit& culprit, const void* pc,
                 const char* format, ...) {
  va_list arguments;
  va_start(arguments, format);
  const std::string what = formatted(format, arguments);
  va_end(arguments);
  const std::lock_guard<std::mutex> lock(mutex_);
  ++findings_->count;
  const std::string key = pc != nullptr ? kind : what;
  if (seen_.size() >= kMostLines || !seen_.emplace(key, pc).second) return;
  std::string& text = findings_->text;
  text += std::string("[") + kind + "] kernel " + kernel_;
  if (const uint32_t* at = culprit.threadgroup) {
    char place[100];
    std::snprintf(place, sizeof place,
                  ", threadgroup (%u, %u, %u), thread %u (SIMD-group %u, "
                  "lane %u)",
                  at[0], at[1], at[2], culprit.thread,
                  culprit.thread / kSimdWidth, culprit.thread % kSimdWidth);
    text += place;
  }
  text += ": " + what;
  if (pc != nullptr) text += ", at " + source_place(pc);
  text += "\n";
}

}  // namespace simulator
