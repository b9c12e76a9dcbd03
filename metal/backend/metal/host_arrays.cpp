#include "backend/metal/host_arrays.h"

#include <cstring>

namespace mamba::metal {
namespace {

bool overlap(const HostArrays::Range& a, const HostArrays::Range& b) {
  return a.begin < b.end && b.begin < a.end;
}

bool contains(const HostArrays::Range& a, const HostArrays::Range& b) {
  return a.begin <= b.begin && b.end <= a.end;
}

std::size_t size_of(const HostArrays::Range& range) {
  return static_cast<std::size_t>(range.end - range.begin);
}

}  // namespace

bool HostArrays::can_take(const Range& range) const {
  for (const Array& array : arrays_) {
    if (overlap(array.range, range) && !contains(array.range, range)) {
      return false;
    }
  }
  return true;
}

void HostArrays::take(const Range& range) {
  for (Array& array : arrays_) {
    if (!contains(array.range, range)) continue;
    array.range.writes |= range.writes;
    return;
  }
  char* copy = arena_.allocate<char>(static_cast<int64_t>(size_of(range)));
  std::memcpy(copy, range.begin, size_of(range));
  arrays_.push_back({range, copy});
}

void* HostArrays::copy_of(const void* place) const {
  const char* at = static_cast<const char*>(place);
  for (const Array& array : arrays_) {
    if (at >= array.range.begin && at < array.range.end) {
      return array.copy + (at - array.range.begin);
    }
  }
  return nullptr;
}

void HostArrays::give_back() {
  for (const Array& array : arrays_) {
    if (!array.range.writes) continue;
    std::memcpy(const_cast<char*>(array.range.begin), array.copy,
                size_of(array.range));
  }
  drop();
}

void HostArrays::drop() {
  arrays_.clear();
  arena_.reset();
}

}  // namespace mamba::metal
