// Stacks, and the switch from one to another. Every GPU thread that waits has
// a stack of its own.
#pragma once

#include <cstddef>
#include <cstdint>

namespace simulator {

extern "C" {
// Saves where this stack goes on in *save and goes on where `to` was saved.
// False, once this stack goes on.
bool simulator_switch(void** save, void* to);
// The same, but goes on with entry(argument), which never returns, on a stack
// that ends at `top`.
bool simulator_start(void** save, void* top, void (*entry)(uint32_t),
                     uint32_t argument);
// Goes on where `to` was saved; this stack is left for good.
void simulator_resume(const void* to);
}

// The stacks of one core. They are reserved at once and touched one by one.
class Stacks {
 public:
  static constexpr std::size_t kBytes = 128 << 10;

  explicit Stacks(unsigned count);
  ~Stacks();
  Stacks(const Stacks&) = delete;
  Stacks& operator=(const Stacks&) = delete;

  // For a stack that has not been used before.
  void prepare(unsigned index);
  void* top(unsigned index) const;
  // Whether the memory below a stack is not as prepare() left it.
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
