#include <cstdarg>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <mutex>

#include "simulator/objc/runtime.h"

namespace objc {
namespace {

class Tally {
 public:
  void add(const char* name, int change) {
    const std::lock_guard<std::mutex> lock(mutex_);
    total_ += change;
    if ((by_name_[name] += change) == 0) by_name_.erase(name);
  }
  int64_t total() {
    const std::lock_guard<std::mutex> lock(mutex_);
    return total_;
  }
  std::string names() {
    const std::lock_guard<std::mutex> lock(mutex_);
    std::string text;
    for (const auto& [name, count] : by_name_) {
      if (!text.empty()) text += ", ";
      text += std::to_string(count) + " " + name;
    }
    return text;
  }

 private:
  std::mutex mutex_;
  int64_t total_ = 0;
  std::map<std::string, int64_t> by_name_;
};

// Never destroyed: objects are released until the process has ended.
Tally& live() {
  static Tally* tally = new Tally();
  return *tally;
}

Tally& unpooled() {
  static Tally* tally = new Tally();
  return *tally;
}

}  // namespace

int64_t live_objects() { return live().total(); }
std::string live_object_names() { return live().names(); }
int64_t unpooled_objects() { return unpooled().total(); }
std::string unpooled_object_names() { return unpooled().names(); }
void count_live(const char* name, int change) { live().add(name, change); }
void count_unpooled(const char* name) { unpooled().add(name, 1); }

void stop(const char* format, ...) {
  std::fputs("Objective-C misuse: ", stderr);
  va_list values;
  va_start(values, format);
  std::vfprintf(stderr, format, values);
  va_end(values);
  std::fputs("\n", stderr);
  std::abort();
}

}  // namespace objc
