// Large pages: a token streams through all weights, and with ordinary pages
// much of the memory's bandwidth is lost to look-ups.
#pragma once

#include <cstddef>
#include <cstdint>

namespace mamba {

constexpr std::size_t kLargePage = std::size_t{2} << 20;

constexpr std::size_t round_up(std::size_t value, std::size_t multiple) {
  return (value + multiple - 1) / multiple * multiple;
}

// Whether weights are better read from memory of our own than from a mapped
// file of so many bytes: if the system has large pages for the one, but not for
// the other, and there is room for both the copy and everybody else.
bool copying_pays(uint64_t file_bytes);

// Addresses that begin at a large page and want such pages. One block instead
// of many lets the system back nearly all of it with them; a page takes memory
// when it is first written.
class LargeBlock {
 public:
  LargeBlock() = default;
  // data() is null if the system refuses.
  explicit LargeBlock(std::size_t bytes);
  ~LargeBlock();
  LargeBlock(LargeBlock&& other) noexcept { swap(other); }
  LargeBlock& operator=(LargeBlock&& other) noexcept {
    swap(other);
    return *this;
  }
  LargeBlock(const LargeBlock&) = delete;
  LargeBlock& operator=(const LargeBlock&) = delete;

  char* data() { return data_; }
  std::size_t size() const { return size_; }
  // Puts the block's first page, to be read only, at `place`, another large
  // page's address, instead of what is mapped there; the block then begins
  // after it. Whoever reads at `place` meanwhile waits, and sees either the one
  // or the other. False if the system refuses: then nothing has changed.
  bool move_first_page(void* place);

 private:
  void swap(LargeBlock& other);

  char* data_ = nullptr;
  std::size_t size_ = 0;
};

}  // namespace mamba
