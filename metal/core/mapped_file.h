// A file's bytes in memory, read-only.
#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <string>

#include "core/large_pages.h"

namespace mamba {

class ThreadPool;

class MappedFile {
 public:
  // Throws Error (io) that names the file and the reason.
  static std::shared_ptr<const MappedFile> open(const std::string& path);
  ~MappedFile();
  MappedFile(const MappedFile&) = delete;
  MappedFile& operator=(const MappedFile&) = delete;

  const std::string& path() const { return path_; }
  uint64_t size() const { return size_; }

  // Bytes [offset, offset + bytes), which no reader will wait for a disk for:
  // pages that the system does not have in memory are brought in, by all
  // threads of the pool. Throws Error (io) when the file ends before, or has
  // become shorter since it was opened: reading the missing pages would end the
  // process.
  const void* read(uint64_t offset, uint64_t bytes, ThreadPool& pool) const;
  // Gives back the memory of bytes that were read and are not needed any more.
  void forget(uint64_t offset, uint64_t bytes) const;

  // How many large pages' addresses lie within the mapped bytes, and which
  // byte such a page begins with.
  uint64_t large_pages() const;
  uint64_t large_page_offset(uint64_t page) const;
  // Reads a page's bytes into the first page of a block and puts that in its
  // place, also while others read there. False if the system cannot: then it
  // stays mapped.
  bool replace_large_page(uint64_t page, LargeBlock& block) const;

  // Bytes that read() has returned, without mapping their pages: cheaper for
  // what is read once. False if the system does not give them.
  bool copy(uint64_t offset, uint64_t bytes, char* to) const;

 private:
  MappedFile(std::string path, int descriptor, uint64_t size);
  void check_range(uint64_t offset, uint64_t bytes) const;

  std::string path_;
  int descriptor_ = -1;
  void* data_ = nullptr;
  uint64_t size_ = 0;
  mutable std::mutex mutex_;
  mutable bool replaced_ = false;  // any page, under the mutex
};

}  // namespace mamba
