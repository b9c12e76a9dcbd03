#include "train/gradient_map.h"

#include <algorithm>

#include "core/error.h"

namespace mamba {

float* GradientMap::weight(const void* weight) const {
  if (weight == nullptr) return nullptr;
  const auto found = weights_.find(weight);
  if (found == weights_.end()) {
    fail(Status::internal, "Cannot go back: a weight is not of this model");
  }
  return found->second;
}

void GradientMap::add(const float* array, int64_t count) {
  for (const Array& known : arrays_) {
    if (known.begin == array) return;
  }
  arrays_.push_back({array, count, Buffer()});
}

// The last one first: going back, it is the one that is asked for.
GradientMap::Array& GradientMap::find(const float* place) {
  for (std::size_t i = arrays_.size(); i-- > 0;) {
    Array& array = arrays_[i];
    if (place >= array.begin && place < array.begin + array.count) {
      return array;
    }
  }
  fail(Status::internal, "Cannot go back: an array is not on the tape");
}

float* GradientMap::of(const float* place) {
  Array& array = find(place);
  if (array.gradient.data() == nullptr) {
    array.gradient = take(array.count);
    ops_.zero(array.gradient.floats(), array.count);
  }
  return array.gradient.floats() + (place - array.begin);
}

void GradientMap::release(const float* array) {
  Array& found = find(array);
  free_.push_back(std::move(found.gradient));
  found.gradient = Buffer();
}

void GradientMap::clear() {
  for (Array& array : arrays_) {
    if (array.gradient.data() != nullptr) {
      free_.push_back(std::move(array.gradient));
    }
  }
  arrays_.clear();
}

// The smallest free one that is large enough, or a new one in the place of the
// largest that is not.
Buffer GradientMap::take(int64_t count) {
  const auto bytes = static_cast<std::size_t>(count) * sizeof(float);
  std::sort(free_.begin(), free_.end(), [](const Buffer& a, const Buffer& b) {
    return a.size() < b.size();
  });
  const auto fits = std::find_if(
      free_.begin(), free_.end(),
      [bytes](const Buffer& buffer) { return buffer.size() >= bytes; });
  if (fits == free_.end()) {
    if (!free_.empty()) free_.pop_back();
    return Buffer(bytes, *ops_.memory());
  }
  Buffer taken = std::move(*fits);
  free_.erase(fits);
  return taken;
}

}  // namespace mamba
