// Scratch memory of a call, reused by the next one: after the first calls no
// memory is asked of the system any more.
#pragma once

#include <cstdint>
#include <vector>

#include "core/buffer.h"

namespace mamba {

class Arena {
 public:
  // The memory must live as long as the arena.
  explicit Arena(Memory& memory = *host_memory()) : memory_(memory) {}

  // Room for `count` values of T on a cache line, uninitialised, valid until
  // the arena is reset or rewound to before it.
  template <typename T>
  T* allocate(int64_t count) {
    return static_cast<T*>(
        allocate_bytes(static_cast<std::size_t>(count) * sizeof(T)));
  }

  struct Mark {
    std::size_t block = 0;
    std::size_t used = 0;
  };
  Mark mark() const { return at_; }
  // Gives back everything that was allocated after the mark, unless the arena
  // is held.
  void rewind(Mark mark);
  // While it is held, everything stays until reset(): training goes back over
  // what the layers left.
  void hold() { held_ = true; }
  // Gives everything back, holds nothing, and, when it took several blocks,
  // makes them one.
  void reset();

 private:
  void* allocate_bytes(std::size_t bytes);

  Memory& memory_;
  std::vector<Buffer> blocks_;
  Mark at_;
  bool held_ = false;
};

// Gives back on leaving the scope what was allocated inside it.
class ArenaScope {
 public:
  explicit ArenaScope(Arena& arena) : arena_(arena), mark_(arena.mark()) {}
  ~ArenaScope() { arena_.rewind(mark_); }
  ArenaScope(const ArenaScope&) = delete;
  ArenaScope& operator=(const ArenaScope&) = delete;

 private:
  Arena& arena_;
  Arena::Mark mark_;
};

}  // namespace mamba
