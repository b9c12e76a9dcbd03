// Arrays of callers that are not in the GPU's memory: copied in when a call
// needs them, and out when its results are there.
#pragma once

#include <cstdint>
#include <vector>

#include "backend/metal/metal_memory.h"
#include "core/arena.h"

namespace mamba::metal {

class HostArrays {
 public:
  explicit HostArrays(Memory& memory) : arena_(memory) {}

  struct Range {
    const char* begin = nullptr;
    const char* end = nullptr;
    bool writes = false;
  };
  // False if a range shares bytes with an array that is here, but reaches
  // beyond it: then everything must be finished first.
  bool can_take(const Range& range) const;
  // Copies it in, unless it is here.
  void take(const Range& range);
  // The copy of bytes of a range that was taken.
  void* copy_of(const void* place) const;
  // After the work is done: copies out what was written, forgets everything.
  void give_back();
  // Forgets everything.
  void drop();

 private:
  struct Array {
    Range range;
    char* copy;
  };

  Arena arena_;
  std::vector<Array> arrays_;
};

}  // namespace mamba::metal
