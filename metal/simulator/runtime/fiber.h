// Stacks, and the switch from one to another. Every GPU thread that waits has
// a stack of its own.
#pragma once

#include <cstddef>

namespace simulator {

// Saves where this stack goes on in *save and goes on where `to` was saved.
extern "C" void simulator_switch(void** save, void* to);

// The stacks of one core. They are reserved at once and touched one by one.
class Stacks {
 public:
  static constexpr std::size_t kBytes = 128 << 10;

  explicit Stacks(unsigned count);
  ~Stacks();
  Stacks(const Stacks&) = delete;
  Stacks& operator=(const Stacks&) = delete;

  // A fresh stack on which `entry`, which never returns, will be called.
  void* prepare(unsigned index, void (*entry)());
  // Whether the memory below a stack is as prepare() left it.
  bool overflowed(unsigned index) const;
  bool contains(const void* memory) const;
  // Whether the memory belongs to the stack that an address lies in.
  bool same(const void* memory, const void* stack) const;

 private:
  char* stack(unsigned index) const { return memory_ + index * kBytes; }

  char* memory_ = nullptr;
  unsigned count_ = 0;
};

}  // namespace simulator
