// Where the gradients of a tape's arrays are, by the arrays' addresses.
#pragma once

#include <cstdint>
#include <unordered_map>
#include <vector>

#include "core/buffer.h"
#include "ops/ops.h"

namespace mamba {

class GradientMap {
 public:
  // The ops zero the gradients, in their turn among the rest of the backward.
  explicit GradientMap(Ops& ops) : ops_(ops) {}

  // A weight's gradient is elsewhere: null if it is frozen.
  void set_weight(const void* weight, float* gradient) {
    weights_[weight] = gradient;
  }
  // Null for null, and for frozen weights.
  float* weight(const void* weight) const;

  // An array that the tape's forward makes. It may be told again.
  void add(const float* array, int64_t count);
  // The gradient at an array's or a column view's first number; zeros when the
  // array is first asked for.
  float* of(const float* place);
  // Its gradient is needed no longer.
  void release(const float* array);
  // Forgets all arrays, keeps the memory.
  void clear();

 private:
  struct Array {
    const float* begin;
    int64_t count;
    Buffer gradient;
  };

  Array& find(const float* place);
  Buffer take(int64_t count);

  Ops& ops_;
  std::unordered_map<const void*, float*> weights_;
  std::vector<Array> arrays_;
  std::vector<Buffer> free_;
};

}  // namespace mamba
