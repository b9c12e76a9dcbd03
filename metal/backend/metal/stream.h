// What ops are made of: calls of kernels, one after the other. Finds the
// buffers behind plain pointers, and puts barriers where one call needs what
// another one wrote.
#pragma once

#include <array>
#include <cstdint>
#include <memory>

#include "backend/metal/commands.h"
#include "backend/metal/gpu.h"
#include "backend/metal/host_arrays.h"
#include "backend/metal/metal_memory.h"
#include "core/tensor.h"

namespace mamba::metal {

class Stream;

// One call of a kernel: bind every argument that it has, then run. In the place
// of a null array the kernel sees a few zeros: its args must tell it.
class Call {
 public:
  Call(Stream& stream, const Kernel& kernel);

  // What the kernel reads at [[buffer(index)]]; null is allowed.
  template <typename T>
  Call& read(int index, const T* data, int64_t count) {
    return bind(index, data, count * static_cast<int64_t>(sizeof(T)), false);
  }
  Call& read(int index, const Matrix& matrix);
  // Only so many rows of the matrix, whichever.
  Call& read_rows(int index, const Matrix& matrix, int64_t rows);
  // What it writes, and may read before; null is allowed.
  template <typename T>
  Call& write(int index, T* data, int64_t count) {
    return bind(index, data, count * static_cast<int64_t>(sizeof(T)), true);
  }
  // What it reads and writes, all of it.
  template <typename T>
  Call& update(int index, T* data, int64_t count) {
    const int64_t bytes = count * static_cast<int64_t>(sizeof(T));
    moved_ += data == nullptr ? 0 : bytes;
    return bind(index, data, bytes, true);
  }
  // A struct for a `constant T&` argument; the caller keeps it until run().
  template <typename T>
  Call& args(int index, const T& value) {
    static_assert(sizeof(T) <= Commands::kMostBytes, "too large for setBytes");
    return args_bytes(index, &value, sizeof(T));
  }
  // A short array for a `constant T*` argument; the caller keeps it until
  // run().
  Call& args_bytes(int index, const void* data, std::size_t bytes);
  Call& threadgroup(int index, std::size_t bytes);

  // Throws Error when the device cannot run so many threads of this kernel.
  void run(Size groups, Size threads);

 private:
  friend class Stream;
  struct Binding {
    const void* data = nullptr;
    int64_t bytes = 0;
    bool bound = false;
    bool writes = false;
    bool constant = false;  // by setBytes
  };

  Call& bind(int index, const void* data, int64_t bytes, bool writes);

  Stream& stream_;
  const Kernel kernel_;
  std::array<Binding, Commands::kMostBuffers> bindings_;
  std::array<std::size_t, 4> threadgroup_bytes_{};
  // Bytes of the arrays, each as often as memory must move it.
  int64_t moved_ = 0;
};

class Stream {
 public:
  explicit Stream(std::shared_ptr<Gpu> gpu);

  const std::shared_ptr<Memory>& memory() const { return memory_; }
  Call call(const Kernel& kernel) { return Call(*this, kernel); }
  // Waits for everything; throws Error of what went wrong.
  void finish();

  // Scratch of the ops: at least `count` floats in memory(), the same ones for
  // the same slot; what an earlier op left there is gone. Calls are kept apart
  // by the barriers that the stream puts.
  float* scratch(int slot, int64_t count);
  static constexpr int kSlots = 8;

 private:
  friend class Call;
  struct Range {
    uintptr_t begin = 0, end = 0;
    bool writes = false;
  };

  void run(const Call& call, Size groups, Size threads);
  void take_host_arrays(const Call& call);
  MetalMemory::Place place_of(const Call::Binding& binding) const;
  void order(const Call& call);
  void bind(const Call& call);
  double run_now();
  bool must_wait(const Range& range) const;

  const std::shared_ptr<Gpu> gpu_;
  const std::shared_ptr<MetalMemory> metal_memory_;
  const std::shared_ptr<Memory> memory_;
  Commands commands_;
  HostArrays host_arrays_;
  std::array<Buffer, kSlots> scratch_;
  Buffer nothing_;
  // Of the calls since the last barrier.
  std::array<Range, 256> ranges_;
  std::size_t n_ranges_ = 0;
};

}  // namespace mamba::metal
