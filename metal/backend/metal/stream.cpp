#include "backend/metal/stream.h"

#include <algorithm>

#include "core/error.h"
#include "quant/layout.h"

namespace mamba::metal {

Call::Call(Stream& stream, const Kernel& kernel)
    : stream_(stream), kernel_(kernel) {}

Call& Call::bind(int index, const void* data, int64_t bytes, bool writes) {
  Binding& binding = bindings_[static_cast<std::size_t>(index)];
  binding.bound = true;
  binding.data = bytes > 0 ? data : nullptr;
  binding.bytes = bytes;
  binding.writes = writes;
  if (binding.data != nullptr) moved_ += bytes;
  return *this;
}

Call& Call::read(int index, const Matrix& matrix) {
  return read_rows(index, matrix, matrix.rows);
}

Call& Call::read_rows(int index, const Matrix& matrix, int64_t rows) {
  const int64_t bytes = matrix_bytes(matrix);
  const int64_t left_out = matrix.rows - std::min(rows, matrix.rows);
  moved_ -= left_out * (bytes / std::max<int64_t>(matrix.rows, 1));
  return bind(index, matrix.data, bytes, false);
}

Call& Call::args_bytes(int index, const void* data, std::size_t bytes) {
  if (bytes > Commands::kMostBytes) {
    fail(Status::internal, "Cannot call %s: %zu bytes of arguments",
         kernel_.name, bytes);
  }
  Binding& binding = bindings_[static_cast<std::size_t>(index)];
  binding.bound = binding.constant = true;
  binding.data = data;
  binding.bytes = static_cast<int64_t>(bytes);
  return *this;
}

Call& Call::threadgroup(int index, std::size_t bytes) {
  constexpr std::size_t kMultiple = 16;
  threadgroup_bytes_[static_cast<std::size_t>(index)] =
      (bytes + kMultiple - 1) / kMultiple * kMultiple;
  return *this;
}

void Call::run(Size groups, Size threads) {
  stream_.run(*this, groups, threads);
}

Stream::Stream(std::shared_ptr<Gpu> gpu)
    : gpu_(gpu),
      metal_memory_(std::make_shared<MetalMemory>(gpu)),
      memory_(metal_memory_),
      commands_(gpu),
      host_arrays_(*metal_memory_),
      nothing_(MetalMemory::kAlignment, *metal_memory_) {
  std::fill_n(static_cast<char*>(nothing_.data()), nothing_.size(), 0);
}

float* Stream::scratch(int slot, int64_t count) {
  Buffer& buffer = scratch_[static_cast<std::size_t>(slot)];
  const std::size_t bytes = static_cast<std::size_t>(count) * sizeof(float);
  if (buffer.size() < bytes) {
    // Calls that are asked for still use the old one.
    finish();
    buffer = Buffer();
    buffer = Buffer(bytes, *memory_);
  }
  return buffer.floats();
}

void Stream::finish() {
  n_ranges_ = 0;
  try {
    commands_.run();
  } catch (...) {
    host_arrays_.drop();
    throw;
  }
  host_arrays_.give_back();
}

void Stream::run(const Call& call, Size groups, Size threads) {
  try {
    const Pipeline* pipeline = gpu_->pipeline(call.kernel_);
    if (threads.x * threads.y * threads.z > Gpu::most_threads(pipeline)) {
      fail(Status::unsupported,
           "Cannot run the GPU kernel %s: it wants %u threads, this GPU takes "
           "%u; use the cpu",
           call.kernel_.name, threads.x * threads.y * threads.z,
           Gpu::most_threads(pipeline));
    }
    take_host_arrays(call);
    order(call);
    const bool timed = gpu_->times().running();
    // What was asked for before the profile began.
    if (timed) commands_.run();
    commands_.set_pipeline(pipeline);
    bind(call);
    commands_.dispatch(groups, threads);
    if (timed) gpu_->times().add(call.kernel_.name, run_now(), call.moved_);
  } catch (...) {
    commands_.discard();
    host_arrays_.drop();
    n_ranges_ = 0;
    throw;
  }
}

// A command buffer of its own: the device tells the time of no less.
double Stream::run_now() {
  n_ranges_ = 0;
  return commands_.run();
}

// Views of one array are taken as one piece: each alone would be copied out
// over what was written through another.
void Stream::take_host_arrays(const Call& call) {
  std::array<HostArrays::Range, Commands::kMostBuffers> ranges;
  std::size_t count = 0;
  for (const Call::Binding& binding : call.bindings_) {
    if (!binding.bound || binding.constant || binding.data == nullptr) continue;
    if (place_of(binding).buffer != nullptr) continue;
    const char* begin = static_cast<const char*>(binding.data);
    ranges[count++] = {begin, begin + binding.bytes, binding.writes};
  }
  std::sort(ranges.begin(), ranges.begin() + count,
            [](const auto& a, const auto& b) { return a.begin < b.begin; });
  std::size_t merged = 0;
  for (std::size_t i = 0; i < count; ++i) {
    if (merged > 0 && ranges[i].begin < ranges[merged - 1].end) {
      HostArrays::Range& last = ranges[merged - 1];
      last.end = std::max(last.end, ranges[i].end);
      last.writes |= ranges[i].writes;
    } else {
      ranges[merged++] = ranges[i];
    }
  }
  for (std::size_t i = 0; i < merged; ++i) {
    if (!host_arrays_.can_take(ranges[i])) {
      finish();
      break;
    }
  }
  for (std::size_t i = 0; i < merged; ++i) host_arrays_.take(ranges[i]);
}

MetalMemory::Place Stream::place_of(const Call::Binding& binding) const {
  return metal_memory_->find(binding.data,
                             static_cast<std::size_t>(binding.bytes));
}

bool Stream::must_wait(const Range& range) const {
  for (std::size_t i = 0; i < n_ranges_; ++i) {
    const Range& before = ranges_[i];
    if ((range.writes || before.writes) && range.begin < before.end &&
        before.begin < range.end) {
      return true;
    }
  }
  return false;
}

void Stream::order(const Call& call) {
  std::array<Range, Commands::kMostBuffers> own;
  std::size_t count = 0;
  bool wait = false;
  for (const Call::Binding& binding : call.bindings_) {
    if (!binding.bound || binding.constant || binding.data == nullptr) continue;
    const auto begin = reinterpret_cast<uintptr_t>(binding.data);
    Range range{begin, begin + static_cast<uintptr_t>(binding.bytes),
                binding.writes};
    wait |= must_wait(range);
    own[count++] = range;
  }
  if (wait || n_ranges_ + count > ranges_.size()) {
    commands_.barrier();
    n_ranges_ = 0;
  }
  std::copy_n(own.begin(), count, ranges_.begin() + n_ranges_);
  n_ranges_ += count;
}

void Stream::bind(const Call& call) {
  for (int index = 0; index < Commands::kMostBuffers; ++index) {
    const Call::Binding& binding =
        call.bindings_[static_cast<std::size_t>(index)];
    if (!binding.bound) continue;
    if (binding.constant) {
      commands_.set_bytes(index, binding.data,
                          static_cast<std::size_t>(binding.bytes));
      continue;
    }
    MetalMemory::Place place;
    if (binding.data == nullptr) {
      place = metal_memory_->find(nothing_.data(), nothing_.size());
    } else {
      place = place_of(binding);
      if (place.buffer == nullptr) {
        place = metal_memory_->find(host_arrays_.copy_of(binding.data),
                                    static_cast<std::size_t>(binding.bytes));
      }
    }
    if (place.buffer == nullptr) {
      fail(Status::internal, "Cannot call %s: no memory behind array %d",
           call.kernel_.name, index);
    }
    const std::size_t bytes = binding.data == nullptr
                                  ? nothing_.size()
                                  : static_cast<std::size_t>(binding.bytes);
    commands_.set_buffer(index, place.buffer, place.offset, bytes,
                         binding.writes);
  }
  for (std::size_t i = 0; i < call.threadgroup_bytes_.size(); ++i) {
    if (call.threadgroup_bytes_[i] == 0) continue;
    commands_.set_threadgroup_bytes(static_cast<int>(i),
                                    call.threadgroup_bytes_[i]);
  }
}

}  // namespace mamba::metal
