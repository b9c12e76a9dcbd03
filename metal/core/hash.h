// A 64-bit hash that tells damaged or foreign data from ours. Not against
// people who want to deceive it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>

namespace mamba {

// The finaliser of SplitMix64 (Steele, Lea & Flood 2014): every bit of the
// argument changes half of the result's.
inline uint64_t mix64(uint64_t x) {
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9u;
  x = (x ^ (x >> 27)) * 0x94d049bb133111ebu;
  return x ^ (x >> 31);
}

class Hash {
 public:
  // The cut into calls is part of what is hashed. Every step is reversible:
  // data that differ in one word never have the same hash.
  void add(const void* data, std::size_t bytes) {
    const char* at = static_cast<const char*>(data);
    add_word(bytes);
    for (; bytes >= 8; bytes -= 8, at += 8) {
      uint64_t word;
      std::memcpy(&word, at, 8);
      add_word(word);
    }
    if (bytes == 0) return;
    uint64_t rest = 0;
    std::memcpy(&rest, at, bytes);
    add_word(rest);
  }

  uint64_t value() const { return mix64(hash_); }

 private:
  void add_word(uint64_t word) {
    hash_ = (hash_ ^ word) * 0x9e3779b97f4a7c15u;
    hash_ ^= hash_ >> 32;
  }

  uint64_t hash_ = 0x243f6a8885a308d3u;
};

}  // namespace mamba
