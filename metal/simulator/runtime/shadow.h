// What checked mode remembers of memory: for every two bytes the last write
// and the last read.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace simulator {

// How many threads have read, if they were not ordered.
enum Readers : uint64_t { kOne, kSameSimdgroup, kSameThreadgroup, kAll };

// One access. All zero = none, as the clock begins at 1.
struct Stamp {
  uint64_t clock : 32;
  uint64_t thread : 10;
  uint64_t atomic : 1;
  uint64_t mask : 2;     // which of the two bytes
  uint64_t readers : 2;  // Readers
  uint64_t counted : 2;  // bytes that the profile of this dispatch has
  uint64_t group : 15;   // the threadgroup's number, cut off: for messages
};
static_assert(sizeof(Stamp) == 8, "a stamp is one word");

struct Cell {
  Stamp write, read;
};

// Cells for all addresses, made when they are asked for.
class ShadowMemory {
 public:
  ShadowMemory();
  ~ShadowMemory();
  ShadowMemory(const ShadowMemory&) = delete;
  ShadowMemory& operator=(const ShadowMemory&) = delete;

  Cell& cell(const char* address) {
    const uintptr_t at = reinterpret_cast<uintptr_t>(address);
    Cell*& chunk = chunks_[at >> kChunkBits];
    if (chunk == nullptr) chunk = make_chunk();
    return chunk[(at & ((1u << kChunkBits) - 1)) / 2];
  }
  // Forgets every access.
  void clear();

 private:
  static constexpr int kChunkBits = 20;
  static constexpr int kAddressBits = 48;

  Cell* make_chunk();

  Cell** chunks_;
  std::vector<Cell*> made_;
};

}  // namespace simulator
