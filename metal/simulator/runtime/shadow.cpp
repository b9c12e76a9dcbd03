#include "simulator/runtime/shadow.h"

#include <sys/mman.h>

#include <cstdio>
#include <cstdlib>

namespace simulator {
namespace {

// Reserved only: a page costs memory when it is first written.
void* reserve(std::size_t bytes) {
  void* memory = mmap(nullptr, bytes, PROT_READ | PROT_WRITE,
                      MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (memory == MAP_FAILED) {
    std::perror("Cannot check kernels: no memory to remember accesses");
    std::abort();
  }
  return memory;
}

}  // namespace

ShadowMemory::ShadowMemory()
    : chunks_(static_cast<Cell**>(
          reserve(sizeof(Cell*) << (kAddressBits - kChunkBits)))) {}

ShadowMemory::~ShadowMemory() {
  clear();
  munmap(chunks_, sizeof(Cell*) << (kAddressBits - kChunkBits));
}

Cell* ShadowMemory::make_chunk() {
  made_.push_back(
      static_cast<Cell*>(reserve(sizeof(Cell) << (kChunkBits - 1))));
  return made_.back();
}

void ShadowMemory::clear() {
  for (Cell* chunk : made_) munmap(chunk, sizeof(Cell) << (kChunkBits - 1));
  made_.clear();
  // Gives the table's pages back: they read as null again.
  madvise(chunks_, sizeof(Cell*) << (kAddressBits - kChunkBits), MADV_DONTNEED);
}

}  // namespace simulator
